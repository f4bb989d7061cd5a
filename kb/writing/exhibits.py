"""What a post shows rather than says: steps, formulas, code, commands, each with the words that introduce it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from crawler.text import count_words, plain_inline, sentences
from kb.rendering.formulas import readable
from kb.types import Sentence
from kb.writing.standalone import MATH, is_chinese
from kb.writing.units import ITEM, NUMBERED, Judge, Place, Unit, fold, language_of

STEPS = (3, 7)
CODE_LINES = (3, 28)
CODE_COLUMNS = 110
COMMAND_LINES = 8
FORMULA_CHARACTERS = 260
TELLS = 10  # words of a sentence that explains the code after it
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
_PLOTS = re.compile(r"\bplt\.|\bax\.|\bfig\.|[‘’“”]|display\(")
_INTRODUCES = re.compile(r"\b(?:implement\w*|code|function|class|module|layer|snippet|script)\b|实现|代码|函数|模块|类")
_DEFINED = re.compile(r"^\s*(?:def|class) (?!__)(\w{3,})", re.M)
_ORDER = re.compile(r"^(?:First|Next|Then|Finally|Lastly|Now|In particular),? ")  # says when, and not after what
_SHOWS_CODE = re.compile(
    r"^(?:Here['’]s|Let['’]s (?:start by )?(?:look(?:ing)? at|define|implement|write|build)) (?:the|a|an) "
    r"|\b(?:we['’]re going to|we['’]ll) (?=define|implement|write|build|create)"
)
_ELIDED = re.compile(r"^\s*(?:\[?(?:\.{3}|…)\]?|#\s*(?:\.{3}|…).*)$", re.M)
_STRING = re.compile(r"\"\"\"(?:.|\n)*?\"\"\"|\"[^\"\n]*\"|'[^'\n]*'")
_STEPWISE = re.compile(
    r"\b(?:steps?|stages?|procedure|process|workflow|pipeline|algorithm|as follows|recipe)\b"
    r"|步骤|流程|过程|算法|做法|如下",
    re.I,
)
_LISTED = re.compile(
    r"^(?:Because|Have|Has|It|They|This|That|There|We|You|Is|Are|Can|Since|Due)\b"
    r"|arxiv|\bdoi\b|\b(?:19|20)\d\d\b|Proceedings|->|—>|et al|^\W|↩|\b(?:let|suppose|assume|I|my|our)\b|\w\(\)",
    re.I,
)
_OWN_MACRO = re.compile(
    r"\\(?:[A-Za-z](?![A-Za-z])|(?:mathds|mathbbm|indep|KL|coloneqq|vcentcolon|intertext)\b)|[\w}]\s*\\_"
)
_RELATION = re.compile(r"=|\\(?:approx|leq?|geq?|propto|sim|equiv|to|rightarrow|leftarrow|in)\b|<|>")
_UNSAFE_TEX = re.compile(
    r"\\(?:newcommand|def|require|label|ref|eqref|cite|includegraphics|href|url|html\w*|class|style|unicode|tag)\b"
)
_BALANCED = (("{", "}"), ("\\left", "\\right"), ("\\begin", "\\end"))
_EXPLAINS = re.compile(r"(?:where|with|here)\b|其中|这里|式中", re.I)
_DANGLES = re.compile(
    r"(?:This|However|In some|In this|Here|As|Now|Our|That|These|It|They|So|Thus|Then|And|But)\b"
    r"|这|那|它|所以|于是|那么|因此"
)
_REFERENCE = re.compile(r"https?:|\]\(|\[\d|\[\^|\^\d|^\d+[.)、]|[\x00-\x1f]|\\[a-z]|\|")
_TALK = re.compile(
    r"\b(?:[Ll]et['’]s|super|we|[Ww]e['’]|going to|easy|You|you|Thinking|our|[Hh]owever|working on)\b"
    r"|我们|你|正在|很简单"
)
# What may begin the words before a formula or code, although a sentence alone may not
_PRESENTS = re.compile(
    r"(?:Below|Here is|The following|Following|The (?:code|function|class|snippet|module|loss|objective)"
    r"|We (?:define|implement|write|use|compute|minimi[sz]e|maximi[sz]e|can (?:write|define|compute|implement))"
    r"|An?|To)\b|下面|以下|如下|代码|使用|用|定义|实现|构建|创建|可以|首先"
)
_CHAT = re.compile(
    r"\b(?:[Ll]et(?:['’]s| us)|super|going to|easy|quickly|[Nn]ow that|keep going|[Tt]hinking|working on|recap"
    r"|papers? we|\(\d+\)|[Cc]hapter|some examples|of course|[Ww]e then|(?:research|original|the) paper"
    r"|[Ww]e['’]ll|[Yy]ou['’]ll|here['’]s|first thing|simple enough|as usual|again|furt?her below|later"
    r"|this (?!code|snippet|function|class|example)\w+|that (?:we|I))\b"
    r"|“[A-Z]”|然后|呢|吧|接下来|很简单|这里|上面|前面|刚才|大家|再来|这个|本[文节]|例如"
)
_CUT_SHORT = re.compile(
    r"\b(?:in|on|at|of|from|by|to|with|and|is|are)\s*[:.]$|^[^\w“\"(（「$]"
)  # what it led to is not here
_ONE_OF = re.compile(
    r"(?:One of|In this|In our|In code|In the (?:paper|previous|next|same)|For example|For an|At this|Its|Their|Both"
    r"|Similarly|Finally|Next|And|A similar|Another|The (?:same|other|previous|resulting|final|last)"
    r"|The following (?:visuali[sz]ations?|plots?|figures?|graphs?))\b"
)
_IMPORTS = re.compile(r"^\s*(?:import|from|library|using|#|//)\b|^\s*#", re.M)
_RECALLS = re.compile(
    r"\b(?:I|[Oo]ur|earlier|showed|above|previous|as before|[Rr]ecall|[Ll]et|proof|one,)\b"
    r"|前面|上面|证明|我们(?:有|得|知)"
)
_OWN = re.compile(
    r"\b(?:I|my|I'm|I've|[Bb]log|[Pp]ost|[Ff]igure|[Ff]eel free|quite|kind of|first one|Equation)\b"
    r"|笔者|本文|[吧啦哈]|我(?!们)|[上下]图"
)


def exhibit_units(place: Place, judge: Judge) -> Iterator[Unit]:
    """The unit that a block shows; none for prose, or for what is too long or too broken to be shown."""
    if show := _SHOWS.get(place.block.kind):
        yield from show(place, judge)


def _steps(place: Place, judge: Judge) -> Iterator[Unit]:
    lines = place.block.text.split("\n")
    if not STEPS[0] <= len(lines) <= STEPS[1] or any(not NUMBERED.match(line) for line in lines):
        return
    items = [fold(plain_inline(ITEM.sub("", line))) for line in lines]
    if any(not _step_reads(item) for item in items):
        return
    intro = _intro(place)
    if intro is None or _TALK.search(intro) or _leans(intro, judge):
        return
    if not judge.named(intro) or not _STEPWISE.search(intro):
        return  # the steps of nobody knows what
    text = "\n".join(items)
    whole = f"{intro} {text}"
    roles = dict(judge.roles.combine(place.context, whole))
    roles["steps"] = min(1.0, 0.6 + roles.get("steps", 0.0))
    named = judge.named(whole)
    fit = min(1.0, 0.3 + 0.12 * len(named)) - 0.5 * judge.alone.personal(whole)
    tongue = language_of(text, place.language)
    yield _unit(place, "steps", intro, Sentence(text, "quote", (), "steps", tongue), roles, fit, named)


def _step_reads(item: str) -> bool:
    bare = MATH.sub("x", item)
    most = 75 if is_chinese(item) else 38
    broken = "$" in bare or re.search(r"https?:|\[\d|\]\(|[?？:：]$|[|{}\\]", bare)
    return 3 <= count_words(bare) <= most and not broken and not _LISTED.search(bare)


def _formula(place: Place, judge: Judge) -> Iterator[Unit]:
    tex = place.block.text.strip()
    intro = _intro(place)
    if not intro or not tex or len(tex) > FORMULA_CHARACTERS or _UNSAFE_TEX.search(tex) or not _RELATION.search(tex):
        return
    if (
        _leans(intro, judge)
        or _RECALLS.search(intro)
        or _OWN_MACRO.search(tex)
        or any(tex.count(a) != tex.count(b) for a, b in _BALANCED)
    ):
        return
    after = _explanation(place)
    if not readable(tex) or any(_OWN_MACRO.search(inner) for inner in MATH.findall(f"{intro} {after or ''}")):
        return
    named = judge.named(f"{intro} {after or ''}")
    roles = {"formula": min(1.0, 0.6 + place.context.get("formula", 0.0) + place.context.get("principle", 0.0) / 2)}
    fit = min(1.0, 0.25 * min(len(named), 3) + 0.25 * bool(after) + 0.2 * bool(named & place.subject))
    fit -= (
        0.3 * bool(_DANGLES.match(intro))
        + 0.2 * bool(_TALK.search(intro))
        + 0.1 * max(0, len(MATH.findall(intro)) - 2)
        + 0.2 * (count_words(intro) > 32)
    )
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
            if intro and (_CHAT.search(intro) or _ONE_OF.match(intro) or judge.alone.points[True].search(intro)):
                intro = None
            yield _unit(place, "commands", intro, piece, {"environment": 0.9}, 0.4 + 0.3 * bool(intro), named)
        return
    program = len(_PROGRAM.findall(code)) / len(lines)
    if not intro or not CODE_LINES[0] <= len(lines) <= CODE_LINES[1] or program < 0.4 or _SESSION.search(code):
        return
    written = sum(len(text) for text in _STRING.findall(code))
    defines = bool(_DEFINES.search(code))
    if _PLOTS.search(code) or written > 0.35 * len(code) or not (named or _INTRODUCES.search(intro)):
        return
    if not defines and not _FRAMEWORK.search(code):
        return
    if not _points(intro, code, judge) or _ELIDED.search(code) or 3 * len(_IMPORTS.findall(code)) > 2 * len(lines):
        return
    roles = {r: s for r, s in judge.roles.combine(place.context, intro).items() if r in ("implementation", "algorithm")}
    roles["code"] = 0.5 + 0.25 * defines + 0.15 * bool(_FRAMEWORK.search(code))
    fit = min(1.0, 0.3 * min(len(named), 2) + 0.2 * (6 <= len(lines) <= 22) + 0.2 * bool(named & place.subject) + 0.2)
    fit -= 0.25 * bool(_TALK.search(intro)) + 0.3 * (not named & judge.terms.telling)
    piece = Sentence(code, "quote", (), "code", tongue, place.block.language or None)
    yield _unit(place, "code", intro, piece, roles, fit, named)


def _points(intro: str, code: str, judge: Judge) -> bool:
    """Whether the words before code speak of it, and need nothing that stood before them."""
    bare = _SHOWS_CODE.sub("", intro)
    if _DANGLES.match(bare) or _ONE_OF.match(_ORDER.sub("", intro)) or judge.alone.points[True].search(intro):
        return False
    if any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", intro)
        for name in _DEFINED.findall(code)
        if not name.islower() or "_" in name  # `generator` is a word as well
    ):
        return True  # it names the function or class that follows
    if _CHAT.search(bare):
        return False
    if intro[-1] in ":：" or _INTRODUCES.match(intro) or (_INTRODUCES.search(intro) and _PRESENTS.match(intro)):
        return True
    shared = judge.named(intro) & judge.named(code) & judge.terms.telling
    return (
        bool(shared) and count_words(intro) >= TELLS and judge.alone.passes(intro)
    )  # says of something what the code does with it


def _leans(intro: str, judge: Judge) -> bool:
    """Whether the words before something shown need what stood before them, or only talk."""
    if _CHAT.search(intro) or _ONE_OF.match(intro) or judge.alone.points[True].search(intro):
        return True
    return bool(judge.alone.openers[is_chinese(intro)].search(intro)) and not _PRESENTS.match(intro)


def _intro(place: Place) -> str | None:
    """The sentence that introduces a block: the last before it, when it is whole and says enough."""
    if not place.before:
        return None
    text = place.before[-1]
    bare = MATH.sub("x", text)
    if "$" in bare or _REFERENCE.search(bare) or _OWN.search(bare) or not re.search(r"[.。:：]$", text):
        return None
    if _CUT_SHORT.search(text):
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
