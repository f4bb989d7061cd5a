"""What a post shows rather than says: steps, formulas, code, commands, each with the words that introduce it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from crawler.text import count_words, plain_inline, sentences
from kb.standalone import MATH, is_chinese
from kb.types import Sentence
from kb.units import ITEM, Judge, Place, Unit, fold, language_of

STEPS = (3, 7)
CODE_LINES = (3, 28)
CODE_COLUMNS = 110
COMMAND_LINES = 8
FORMULA_CHARACTERS = 260
_NUMBERED = re.compile(r"\d{1,9}[.)][ \t]")
_COMMAND = re.compile(
    r"^\s*[$%>!]?\s*(?:sudo |python3? -m )?"
    r"(?:pip3?|conda|mamba|uv|poetry|apt(?:-get)?|brew|docker|git clone|npm|wget|curl|venv)\b",
    re.M,
)
_PREPARES = re.compile(r"\b(?:install|create|clone|pull|run|add|activate|venv)\b")
_SHELL = frozenset({"bash", "sh", "shell", "console", "zsh", "shell-session", "powershell", "cmd", "bat"})
_NO_CODE = frozenset(
    {"text", "plain", "plaintext", "output", "none", "diff", "log", "json", "yaml", "html", "xml", "css"}
    | {"bibtex", "latex", "tex", "markdown", "md", "csv", "mermaid", "svg", "dot"}
)
_PROGRAM = re.compile(
    r"^\s*(?:def |class |import |from \w|for |while |with |return |@\w|\w[\w.\[\], ]* ?[+*/-]?= ?\S|\w[\w.]*\()", re.M
)
_DEFINES = re.compile(r"^\s*(?:def|class) ", re.M)
_FRAMEWORK = re.compile(
    r"\b(?:torch|nn\.|tf\.|tensorflow|keras|np\.|numpy|jax|sklearn|transformers|model|loss|optimi[sz]er)\b"
)
_SESSION = re.compile(r"^(?:>>>|In \[|Out\[)|Traceback", re.M)
_RELATION = re.compile(r"=|\\(?:approx|leq?|geq?|propto|sim|equiv|to|rightarrow|leftarrow|in)\b|<|>")
_UNSAFE_TEX = re.compile(
    r"\\(?:newcommand|def|require|label|ref|eqref|cite|includegraphics|href|url|html\w*|class|style|unicode|tag)\b"
)
_BALANCED = (("{", "}"), ("\\left", "\\right"), ("\\begin", "\\end"))
_EXPLAINS = re.compile(r"(?:where|with|here)\b|其中|这里|式中", re.I)
_DANGLES = re.compile(r"(?:This|That|These|It|They|So|Thus|Then|And|But)\b|这|那|它|所以|于是|那么|因此")
_REFERENCE = re.compile(r"https?:|\]\(|\[\d|\[\^|[\x00-\x1f]|\\[a-z]|\|")
_OWN = re.compile(r"\b(?:I|my|I'm|I've|[Bb]log|[Pp]ost|[Ff]igure)\b|笔者|本文|[吧啦哈]|我(?!们)|[上下]图")


def exhibit_units(place: Place, judge: Judge) -> Iterator[Unit]:
    """The unit that a block shows; none for prose, or for what is too long or too broken to be shown."""
    if show := _SHOWS.get(place.block.kind):
        yield from show(place, judge)


def _steps(place: Place, judge: Judge) -> Iterator[Unit]:
    lines = place.block.text.split("\n")
    if not STEPS[0] <= len(lines) <= STEPS[1] or any(not _NUMBERED.match(line) for line in lines):
        return
    items = [fold(plain_inline(ITEM.sub("", line))) for line in lines]
    if any(not _step_reads(item) for item in items):
        return
    intro = _intro(place)
    text = "\n".join(items)
    whole = f"{intro or ''} {text}"
    roles = dict(judge.roles.combine(place.context, whole))
    roles["algorithm"] = min(1.0, roles.get("algorithm", 0.0) + 0.3)
    named = judge.named(whole)
    fit = min(1.0, 0.3 * bool(intro) + 0.12 * len(named)) - 0.5 * judge.alone.personal(whole)
    tongue = language_of(text, place.language)
    yield _unit(place, "steps", intro, Sentence(text, "quote", (), "steps", tongue), roles, fit, named)


def _step_reads(item: str) -> bool:
    bare = MATH.sub("x", item)
    most = 75 if is_chinese(item) else 38
    broken = "$" in bare or re.search(r"https?:|\[\d|\]\(|[?？:：]$|[|{}\\]", bare)
    return 3 <= count_words(bare) <= most and not broken


def _formula(place: Place, judge: Judge) -> Iterator[Unit]:
    tex = place.block.text.strip()
    intro = _intro(place)
    if not intro or not tex or len(tex) > FORMULA_CHARACTERS or _UNSAFE_TEX.search(tex) or not _RELATION.search(tex):
        return
    if any(tex.count(a) != tex.count(b) for a, b in _BALANCED):
        return
    after = _explanation(place)
    named = judge.named(f"{intro} {after or ''}")
    roles = {"formula": min(1.0, 0.6 + place.context.get("formula", 0.0) + place.context.get("principle", 0.0) / 2)}
    fit = min(1.0, 0.25 * min(len(named), 3) + 0.25 * bool(after)) - 0.2 * bool(_DANGLES.match(intro))
    formula = Sentence(tex, "quote", (), "math", language_of(intro, place.language))
    yield _unit(place, "math", intro, formula, roles, fit, named, after)


def _explanation(place: Place) -> str | None:
    """The sentence after a formula that says what its letters are."""
    if place.after is None or place.after.kind != "paragraph":
        return None
    text = plain_inline(place.after.text)
    spans = sentences(text)
    first = fold(text[slice(*spans[0])]) if spans else ""
    bare = MATH.sub("x", first)
    whole = "$" not in bare and not _REFERENCE.search(bare) and re.search(r"[.。]$", first)
    return first if whole and _EXPLAINS.match(first) and count_words(first) <= 60 else None


def _code(place: Place, judge: Judge) -> Iterator[Unit]:
    code = place.block.text.strip("\n")
    lines = [line for line in code.split("\n") if line.strip()]
    kind = (place.block.language or "").lower()
    if not lines or any(len(line) > CODE_COLUMNS for line in lines) or "```" in code or kind in _NO_CODE:
        return
    intro = _intro(place)
    named = judge.named(intro or "")
    tongue = language_of(intro or "", place.language if intro else None)
    if kind in _SHELL or _COMMAND.match(code):
        if _COMMAND.search(code) and _PREPARES.search(code) and len(lines) <= COMMAND_LINES:
            piece = Sentence(code, "quote", (), "code", tongue, "bash")
            yield _unit(place, "commands", intro, piece, {"environment": 0.9}, 0.4 + 0.3 * bool(intro), named)
        return
    program = len(_PROGRAM.findall(code)) / len(lines)
    if not intro or not CODE_LINES[0] <= len(lines) <= CODE_LINES[1] or program < 0.4 or _SESSION.search(code):
        return
    roles = {r: s for r, s in judge.roles.combine(place.context, intro).items() if r in ("implementation", "algorithm")}
    roles["code"] = 0.5 + 0.2 * bool(_DEFINES.search(code)) + 0.15 * bool(_FRAMEWORK.search(code))
    fit = min(1.0, 0.3 * min(len(named), 2) + 0.2 * (6 <= len(lines) <= 22) + 0.2) - 0.2 * bool(_DANGLES.match(intro))
    piece = Sentence(code, "quote", (), "code", tongue, place.block.language or None)
    yield _unit(place, "code", intro, piece, roles, fit, named)


def _intro(place: Place) -> str | None:
    """The sentence that introduces a block: the last before it, when it is whole and says enough."""
    if not place.before:
        return None
    text = place.before[-1]
    bare = MATH.sub("x", text)
    if "$" in bare or _REFERENCE.search(bare) or _OWN.search(bare) or not re.search(r"[.。:：]$", text):
        return None
    least, most = (6, 110) if is_chinese(text) else (5, 45)
    return text if least <= count_words(bare) <= most else None


def _unit(
    place: Place, form: str, intro: str | None, shown: Sentence, roles: Mapping[str, float], fit: float,
    named: frozenset[int], after: str | None = None,
) -> Unit:  # fmt: skip
    def say(text: str | None) -> tuple[Sentence, ...]:
        return (Sentence(text, "quote", (), "sentence", language_of(text, place.language)),) if text else ()

    pieces = (*say(intro), shown, *say(after))
    language = pieces[0].language or ""
    return Unit(place.post_id, form, pieces, roles, language, place.block.start, max(0.0, fit), named)  # type: ignore[arg-type]


_SHOWS: Mapping[str, Callable[[Place, Judge], Iterator[Unit]]] = {"list": _steps, "math": _formula, "code": _code}
