"""The form in which text is matched: one transform for what is indexed and for what is asked.

Words stay as they are (the index folds and stems them). A run of Chinese, Japanese or Korean characters becomes its
overlapping bigrams and its last character, so that any two-character word is found, and a single character by prefix.
"""

from __future__ import annotations

import re
import unicodedata

# Han, kana, Hangul syllables and their extensions
CJK = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(f"[{CJK}]+")
# names that a word index would take for a bare letter
_SHARP = re.compile(r"(?<![\w+#])([cfj])(\+\+|#)(?![\w+#])", re.I)
_SHARP_NAMES = {"+": "plusplus", "#": "sharp"}
_TOKEN = re.compile(f"[{CJK}]+|[^\\W_{CJK}]+")

# English words that say nothing of what is sought, and the Chinese characters of questions and grammar; for queries
# alone, the index holds every word so that phrases are found
STOP_WORDS = frozenset(
    """a about above after again all also am an and any are aren as at be because been before being between both but by
    can cannot could couldn d did didn do does doesn doing don down during each few for from further had hadn has hasn
    have haven having he her here hers him his how i if in into is isn it its itself just ll m may me might more most
    must mustn my no nor not now o of off on once only or other our ours out over own re s same shall she should so
    some such t than that the their theirs them then there these they this those through to too under until up us ve
    very was wasn we were weren what when where whether which while who whom whose why will with within without won
    would y you your yours""".split()  # noqa: SIM905
)
_STOP_RUNS = re.compile(
    "是不是|有没有|能不能|可不可以|为什么|怎么样|怎么办|怎么|怎样|如何|什么|哪些|哪个|哪种|哪里|多少|请问|介绍一下|"
    "以及|还是|或者|我们|他们|它们|这个|那个|这些|那些|一个|一种|一下|可以|应该|[的了吗呢吧啊呀么是在与和及或把被让]"
)


# British spellings of the field's words: the index's stemmer takes them for other words than the American ones
_ISE = re.compile(
    r"(initial|normal|regular|token|quant|optim|general|real|visual|parallel|factor|vector|serial|summar|util|local|"
    r"special|categor|standard|stabil|synchron|custom|memor|organ|maxim|minim|penal|parameter|discret|binar|linear|"
    r"character|emphas|recogn|contextual|randomi|ideal|neutral|central|digit|anonym|colou?r|binari|parametr|equal)"
    r"i[sz](e|ed|es|ing|ation|ations|er|ers)"
)
_LL = re.compile(r"(model|label|signal|travel|cancel|channel)l(ed|ing|er|ers)")
_OTHER = {"behaviour": "behavior", "behaviours": "behaviors", "neighbour": "neighbor", "neighbours": "neighbors",
          "neighbourhood": "neighborhood", "colour": "color", "colours": "colors", "centre": "center",
          "centres": "centers", "analyse": "analyze", "analysed": "analyzed", "analysing": "analyzing",
          "labelled": "labeled", "unlabelled": "unlabeled", "grey": "gray", "fibre": "fiber",
          "artefact": "artifact", "artefacts": "artifacts", "programme": "program", "defence": "defense",
          "defences": "defenses", "licence": "license"}  # fmt: skip
_BRITISH = {american: british for british, american in _OTHER.items()}


def american(word: str) -> str:
    """A lower-case word as it is spelt in America, where most of the field's writing comes from."""
    if ("is" in word or "iz" in word) and (found := _ISE.fullmatch(word)):  # a search asks for 20,000 words
        return f"{found[1]}iz{found[2]}"
    if "ll" in word and (found := _LL.fullmatch(word)):
        return found[1] + found[2]
    return _OTHER.get(word, word)


def respelt(word: str) -> str | None:
    """A lower-case word in the other of the two spellings; None where there is one alone."""
    if (other := american(word)) != word:
        return other
    if found := _ISE.fullmatch(word):
        return f"{found[1]}is{found[2]}"
    if found := re.fullmatch(r"(model|label|signal|travel|cancel|channel)(ed|ing|er|ers)", word):
        return f"{found[1]}l{found[2]}"
    return _BRITISH.get(word)


def fold(text: str) -> str:
    """The text with one form for letters that look alike (full width, ligatures) and names such as C++ as words."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "++" in text or "#" in text:
        text = _SHARP.sub(lambda m: m[1] + _SHARP_NAMES[m[2][0]], text)
    return text


def index_form(text: str) -> str:
    """The text as the index is given it: CJK runs as bigrams and last character, all else folded and left alone."""
    text = fold(text)
    return text if text.isascii() else _RUN.sub(_bigrams, text)


def _bigrams(run: re.Match[str]) -> str:
    chars = run[0]
    return f" {' '.join([chars[i : i + 2] for i in range(len(chars))])} "


def phrase(text: str) -> str | None:
    """An FTS5 string that matches the text word by word; None where it holds no word.

    A run's last character is sought by prefix when it is the whole of the phrase, and left out at the phrase's end.
    """
    found = tokens(fold(text))
    if not found:
        return None
    words: list[str] = []
    for token in found:
        words += bigrams(token) if is_cjk(token) else [token]
    if is_cjk(found[-1]):
        if words == [found[-1]]:
            return f'"{words[0]}"*'
        if len(found[-1]) > 1:
            words.pop()
    return f'"{" ".join(words)}"'


def bigrams(run: str) -> list[str]:
    """A CJK run's overlapping bigrams, and its last character."""
    return [run[i : i + 2] for i in range(len(run))]


def tokens(text: str) -> list[str]:
    """The CJK runs and the words of a text, as they stand there."""
    return _TOKEN.findall(text)


def without_grammar(run: str) -> list[str]:
    """What is left of a CJK run between the Chinese words of questions and grammar."""
    return [part for part in _STOP_RUNS.split(run) if part]


def is_cjk(token: str) -> bool:
    """Whether a token is a CJK run."""
    return bool(_RUN.match(token))


def has_cjk(text: str) -> bool:
    """Whether the text holds a CJK character."""
    return bool(_RUN.search(text))


def terms(text: str, limit: int = 64) -> list[str]:
    """The words of a question worth seeking, each once in the order they stand, each an FTS5 string.

    Stop words are left out unless there is nothing else. A name with marks inside (nn.Linear, fine-tuning) is sought
    as its words and as a phrase; a CJK run as its bigrams, cut at words of grammar. At most `limit` terms.
    """
    folded = fold(text)
    found = list(dict.fromkeys(_terms(folded)))
    if not found:
        found = [f'"{t}"' if len(t) > 1 or not is_cjk(t) else f'"{t}"*' for t in tokens(folded)]
    return found[:limit]


def _terms(folded: str) -> list[str]:
    found: list[str] = []
    for chunk in folded.split():
        parts = tokens(chunk)
        plain = [t for t in parts if not is_cjk(t)]
        for token in parts:
            if is_cjk(token):
                for run in without_grammar(token):
                    found += [f'"{b}"' for b in bigrams(run)[:-1]] if len(run) > 1 else [f'"{run}"*']
            elif token.lower() not in STOP_WORDS and (len(token) > 1 or len(parts) == 1 or token.isdigit()):
                found.append(f'"{token.lower()}"')
        if 1 < len(plain) == len(parts) <= 8 and "'" not in chunk and "’" not in chunk:
            found.append(f'"{" ".join(t.lower() for t in plain)}"')
    return found
