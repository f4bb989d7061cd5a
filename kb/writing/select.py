"""Chooses what the article quotes: for each part of a section the units that fit it best, spread over posts, blogs and
topics, none said twice, and no post quoted beyond the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kb.language.terms import tokens
from kb.writing.layout import Part
from kb.writing.roles import ENOUGH
from kb.writing.units import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REPEAT = 0.45  # cosine of TF-IDF from which on two sentences say the same; read off pairs of the replayed web
LOOSER = 0.35  # a role's score that will do where a section would stay below LEAST
UNFIT = 0.2  # the least fitness there; a sentence of another role is worse than an honest word that there is little
LEAST, LEAST_BLOGS = 5, 4
EVERYWHERE = 0.4  # a term that more than this share of the posts name is too general to be a subject
OTHER_LANGUAGE = 0.3  # share of a part's units in the other language, where the chart has enough in its own


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be quoted of one post."""

    quote_words: int = 150  # of prose in all, the list's summary among them
    quote_share: float = 0.4  # of the characters of its Markdown, code and formulas among them

    @property
    def kept_back(self) -> int:
        """Words that the chapters leave for the list's summary."""
        return min(45, self.quote_words * 3 // 8)


@dataclass(frozen=True, slots=True)
class Origin:
    """What choosing needs to know of a post."""

    rank: int
    source_id: int
    topic: int | None
    length: int  # characters of its Markdown


@dataclass(frozen=True, slots=True)
class _Stage:
    """Units that a part may take, by index and with their worth, until it has `want`."""

    found: Mapping[int, float]
    want: int
    share: float  # of the part, that may be in the other language
    per_blog: int
    per_post: int = 1


@dataclass(slots=True)
class _Filling:
    """A part with what was chosen for it so far."""

    part: Part
    stages: list[_Stage]
    chosen: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Chooser:
    """Holds the units of all charted posts and what was taken of each. Made by `chooser`."""

    units: Sequence[Unit]
    origins: Mapping[int, Origin]
    language: str
    limits: Limits
    rows: Any  # scipy CSR (n_units, n_terms), unit rows
    central: NDArray[np.float64]  # how near a unit is to what its post is about, 0..1
    known: NDArray[np.float64]  # how much of the chart speaks of what a unit is about, 0..1
    taken: list[int] = field(default_factory=list)
    nearest: Any = None  # each unit's greatest similarity to what was taken
    words: Counter[int] = field(default_factory=Counter)
    characters: Counter[int] = field(default_factory=Counter)
    quoted: Counter[int] = field(default_factory=Counter)
    blocks: Counter[int] = field(default_factory=Counter)  # code, formulas and lists of a post

    def candidates(self, part: Part, role: float = LOOSER, fit: float = UNFIT) -> list[int]:
        """The units that may stand in a part, by index: of its form, in a language of the article, fit enough."""
        wanted = part.roles or {}
        read = [i for i, u in enumerate(self.units) if u.form == part.form and u.language in ("en", "zh")]
        return [i for i in read if self.units[i].fit >= fit and self._role(i, wanted) >= role]

    def posts_with(self, part: Part) -> int:
        """How many posts have a unit that may stand in a part and be quoted still."""
        return len({self.units[i].post_id for i in self.candidates(part, ENOUGH, part.fit) if self._allowed(i)})

    def choose(self, parts: Sequence[Part]) -> list[list[int]]:
        """Each part's units in the order they were taken; fewer than it aims at where there are no more.

        What posts show is chosen first, part by part, for there is little of it; then the parts of sentences take one
        each in turn, those with the fewest candidates first: so none uses up the posts that another needs as well.
        """
        filling = {n: _Filling(part, list(self._stages(part))) for n, part in enumerate(parts)}
        # Of two parts that want the same, the later one first: its section has little else to show
        order = sorted(filling, key=lambda n: (len(self.candidates(parts[n], ENOUGH, parts[n].fit)), -n))
        for n in order:
            while parts[n].form != "sentence" and self._next(filling[n]):
                pass
        waiting = [n for n in order if parts[n].form == "sentence"]
        while waiting:
            waiting = [n for n in waiting if self._next(filling[n])]
        return [filling[n].chosen for n in range(len(parts))]

    def _stages(self, part: Part) -> Iterator[_Stage]:
        """What a part takes from, stage after stage. What is less fit, or in the other language, or of a post that it
        quotes already, comes in only while it has less than it needs at least."""
        floor = min(part.fit, UNFIT) if part.form == "sentence" else part.fit
        pool = self._based(part, LOOSER, floor)
        best = self._based(part, ENOUGH, part.fit)
        good = self._based(part, ENOUGH, floor)
        least, other = min(LEAST, part.quotes), self._other_share()
        yield _Stage(best, part.quotes, other, 2)
        yield _Stage(best, part.quotes, other, 3)
        yield _Stage(good, least, other, 2)
        yield _Stage(pool, least, other, 2)
        yield _Stage(pool, least, other, 3)
        yield _Stage(good, least, 1.0, 2)
        yield _Stage(pool, least, 1.0, 2)
        yield _Stage(pool, least, 1.0, part.quotes, per_post=2)

    def _based(self, part: Part, role: float, fit: float) -> Mapping[int, float]:
        return {i: self._score(i, part.roles or {}) for i in self.candidates(part, role, fit)}

    def _next(self, filling: _Filling) -> bool:
        """Takes the next unit of a part; False where it has what it aims at, or there is no more."""
        while filling.stages:
            stage = filling.stages[0]
            if len(filling.chosen) < stage.want and (at := self._best(stage, filling.chosen)) is not None:
                self.take(at)
                filling.chosen.append(at)
                return True
            filling.stages.pop(0)
        return False

    def _best(self, stage: _Stage, chosen: Sequence[int]) -> int | None:
        """The unit of a stage that adds most to what was chosen; None where none may be taken."""
        posts = Counter(self.units[i].post_id for i in chosen)
        blogs = Counter(self.origins[p].source_id for p in posts)
        topics = {self.origins[p].topic for p in posts}
        openings = {_opening(self.units[i]) for i in chosen}
        foreign = sum(self.units[i].language != self.language for i in chosen)
        # Of the first five, four are of different blogs
        crowded = stage.per_blog <= 3 and len(chosen) < LEAST and len(chosen) - len(blogs) >= LEAST - LEAST_BLOGS
        best, at = 0.0, None
        for i, base in stage.found.items():
            u, origin = self.units[i], self.origins[self.units[i].post_id]
            again = blogs[origin.source_id]
            if posts[u.post_id] >= stage.per_post or again >= stage.per_blog or (crowded and again):
                continue
            if u.language != self.language and foreign + 1 > stage.share * (len(chosen) + 1):
                continue
            if _opening(u) in openings or not self._allowed(i):
                continue
            score = base - 0.6 * float(self.nearest[i]) + 0.25 * (not again) + 0.15 * (origin.topic not in topics)
            score += 0.4 * (self.quoted[u.post_id] == 0) - 0.15 * max(0, self.quoted[u.post_id] - 1)
            if score > best:
                best, at = score, i
        return at

    def take(self, i: int) -> None:
        """Counts a unit as quoted."""
        u = self.units[i]
        self.taken.append(i)
        self.words[u.post_id] += u.words
        self.characters[u.post_id] += sum(len(p.text) for p in u.pieces)
        self.quoted[u.post_id] += 1
        self.blocks[u.post_id] += u.form != "sentence"
        import numpy as np

        self.nearest = np.maximum(self.nearest, np.asarray((self.rows @ self.rows[i].T).todense()).ravel())

    def _other_share(self) -> float:
        """The share of a part that may be in the other language: more, where few posts are in the article's own."""
        posts = {u.post_id: u.language for u in self.units}
        own = sum(language == self.language for language in posts.values()) / (len(posts) or 1)
        return max(OTHER_LANGUAGE, 1.0 - 1.5 * own)

    def _allowed(self, i: int) -> bool:
        """Whether a unit says something new and its post may be quoted that much more."""
        if self.nearest[i] >= REPEAT:
            return False
        u = self.units[i]
        left = self.limits.quote_words - self.limits.kept_back - self.words[u.post_id]
        size = self.characters[u.post_id] + sum(len(p.text) for p in u.pieces)
        room = self.limits.quote_share * self.origins[u.post_id].length - 150
        return u.words <= left and size <= max(room, 0) and (u.form == "sentence" or self.blocks[u.post_id] < 1)

    def _role(self, i: int, wanted: Mapping[str, float]) -> float:
        roles = self.units[i].roles
        return max((roles.get(role, 0.0) * weight for role, weight in wanted.items()), default=0.0)

    def _score(self, i: int, wanted: Mapping[str, float]) -> float:
        u = self.units[i]
        role = self._role(i, wanted)
        elsewhere = max((s for r, s in u.roles.items() if r not in wanted), default=0.0)
        rank = self.origins[u.post_id].rank
        score = 1.3 * role - 0.5 * max(0.0, elsewhere - role) + u.fit + 0.35 * float(self.central[i])
        score += 0.5 * float(self.known[i]) + 0.4 * max(0.0, 1.0 - rank / 100)
        return score + 0.6 * (u.language == self.language)


def _opening(u: Unit) -> str:
    """How a unit begins; two that begin alike in one part read like a form letter."""
    text = u.pieces[0].text
    return text[:5] if u.language == "zh" else " ".join(text.lower().split()[:3])


def chooser(units: Sequence[Unit], origins: Mapping[int, Origin], language: str, limits: Limits) -> Chooser:
    """A chooser with nothing taken yet; the same units give the same choice."""
    import numpy as np

    if not units:
        return Chooser(units, origins, language, limits, None, np.zeros(0), np.zeros(0), nearest=np.zeros(0))
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [u.text or " ".join(p.text for p in u.pieces) for u in units]
    rows = TfidfVectorizer(analyzer=_words, sublinear_tf=True).fit_transform(texts)
    central = np.zeros(len(units))
    by_post: dict[int, list[int]] = {}
    for i, u in enumerate(units):
        by_post.setdefault(u.post_id, []).append(i)
    for indices in by_post.values():
        mean = np.asarray(rows[indices].mean(axis=0)).ravel()
        near = np.asarray(rows[indices] @ mean).ravel()
        if near.max() > 0:
            central[indices] = near / near.max()
    known = np.array(_known(units, len(by_post)))
    return Chooser(units, origins, language, limits, rows, central, known, nearest=np.zeros(len(units)))


def _known(units: Sequence[Unit], n_posts: int) -> list[float]:
    """For each unit the share of posts that name what it is about, as a root; terms that most name say little."""
    posts_of: dict[int, set[int]] = {}
    for u in units:
        for term in u.terms:
            posts_of.setdefault(term, set()).add(u.post_id)
    share = {term: len(posts) / n_posts for term, posts in posts_of.items()}
    worth = {term: s**0.5 if s <= EVERYWHERE else 0.3 for term, s in share.items()}
    return [max((worth.get(term, 0.0) for term in u.subject), default=0.0) for u in units]


def _words(text: str) -> list[str]:
    """Words for comparing; a text without any counts as one word, so that no row is empty."""
    return tokens(text) or ["∅"]
