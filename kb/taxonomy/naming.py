"""How a term stands in a label: abbreviated where it is long, in the plural where there are many, and proper names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from kb.language.gloss import Term
from kb.language.terms import Terms

LONG_EN, LONG_ZH = 22, 6  # characters above which an abbreviation is shorter to read
# heads of the glossary's names that there are many of: "Diffusion models", but "Object detection"
_COUNTED = frozenset(
    """agent algorithm attack autoencoder bandit boundary classifier distribution embedding equation example filter
    forest framework function graph layer machine method model network optimizer process retriever system tokenizer
    transform transformer tree variable""".split()  # noqa: SIM905
)
_LATIN = {"transformer": "Transformer"}  # what a Chinese reader of the field calls it, whatever the dictionary
_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Z]?[a-z]{2,}[A-Za-z]*(?:[.+#-][A-Za-z0-9]+)*|(?<![A-Za-z0-9])[A-Z][A-Za-z]+")
FEWEST = 3  # titles
NAMED = 0.3  # share of a topic's titles from which a name that is in no glossary is a candidate
ALIKE = 0.3  # share of a name's places where it has capitals; the rest may be code
LIFT = 6.0  # times as many of the topic's titles as of others' that make a name the topic's own


def english(term: Term) -> str:
    """A term's name in a label: the abbreviation that everybody knows it by where the name is long."""
    return term.abbr if term.abbr and len(term.en) > LONG_EN else term.en


def chinese(term: Term) -> str:
    """The same in Chinese; a proper name that is written in Latin letters stands alone."""
    if term.en in _LATIN:
        return _LATIN[term.en]
    if not term.en.islower() and term.zh.startswith(term.en):  # "LeNet网络"
        return term.en
    return term.abbr if term.abbr and len(term.zh) > LONG_ZH else term.zh


def capital(name: str) -> str:
    """A name as the beginning of a label; what has capitals already stays as it is."""
    return name[:1].upper() + name[1:]


def plural(name: str) -> str:
    """A name of which there are many in the plural."""
    head = name.rpartition(" ")[2]
    if head not in _COUNTED:
        return name
    return name[:-1] + "ies" if head.endswith("y") else name + "s"


def same(name: str) -> str:
    """What two names share that differ in case or number alone."""
    folded = name.casefold()
    return folded[:-1] if len(folded) > 3 and folded.endswith("s") else folded


def names(text: str) -> dict[str, str]:
    """What may be a proper name in a title (the first line): folded -> as it is written."""
    return {form.casefold(): form for form in _NAME.findall(text.partition("\n")[0])}


def own_names(
    texts: Sequence[str], everywhere: Mapping[str, int], n_everywhere: int, terms: Terms, others: Sequence[str] = ()
) -> Iterator[tuple[str, float, float]]:
    """Proper names that many titles of these texts have and few of the others', in no glossary: (name, share, lift).

    everywhere: in how many of all titles each stands. A name has capitals wherever it stands, which "How" and
    "Graph" have not; it is written as most of these texts and the others write it. lift: 1 where the name is all but
    these titles' own.
    """
    titles = [names(text) for text in texts]
    bodies = "\n".join(text.partition("\n")[2] for text in texts)  # a title has capitals of its own
    seen = Counter(name for title in titles for name in title)
    for name in sorted(name for name, n in seen.items() if n >= FEWEST):
        share = seen[name] / max(1, len(titles))
        usual = (everywhere[name] - seen[name] + 1) / (n_everywhere - len(titles) + 1)
        if share < NAMED or share / usual < LIFT:  # before the texts are looked through
            continue
        forms = {title[name] for title in titles if name in title}
        if name in terms.words or any(terms.mentions(form) for form in (name, *forms)):  # weighed as a term, or a part
            continue
        place = re.compile(rf"(?<![a-zA-Z0-9]){re.escape(name)}(?![a-zA-Z0-9])", re.IGNORECASE)
        written = place.findall(bodies)
        if sum(not form.islower() for form in written) < max(1, ALIKE * len(written)):
            continue
        ways = Counter(form for text in (*texts, *others) for form in _forms(name, text) if not form.islower())
        yield max(ways, key=lambda form: (ways[form], form)), share, min(1.0, share / usual / (4 * LIFT))


def _forms(name: str, text: str) -> set[str]:
    """How a text writes a name, which is in lower case."""
    folded, at, found = text.lower(), -1, set()
    while (at := folded.find(name, at + 1)) >= 0:
        found.add(text[at : at + len(name)])
    return {form for form in found if form.lower() == name}
