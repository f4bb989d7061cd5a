"""The links that wait on one blog, grouped by shape: which comes next, and which groups are not worth a request.

A group's record decides: shapes that gave posts go on, shapes that gave none in a few tries are left out, and a list
earns its place by the posts that were found through it. So tag pages, calendars and other traps end by themselves.
"""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from crawler import shapes
from crawler.types import Link, PageKind
from crawler.urls import key

TRIES = 5  # pages of a shape that may be no posts before the shape is left out
LIST_TRIES = {"archive": 4, "list": 3, "aside": 2}
LEAST_SHARE = 0.05  # of posts in a shape, once TRIES_MIXED of it were read
TRIES_MIXED = 30
EXPLORED = 8  # pages of shapes never seen to be posts, after which lone ones must have been worth it
LEAST_LUCK = 0.15  # share of them that were posts, for lone ones to go on


@dataclass(slots=True)
class Group:
    """What is known of one shape."""

    guess: shapes.Guess
    sure: bool = False  # it is the shape of posts
    asked: int = 0
    posts: int = 0  # read as posts
    earned: int = 0  # posts found through its pages
    barren: int = 0  # pages in a row that gave nothing
    heap: list[tuple[tuple[int, int, int], Link]] = field(default_factory=list)

    @property
    def worth(self) -> float:
        """The chance that the next page is a post, or leads to one, as far as can be told; 0 ends the group."""
        if self.guess == "post":
            good = self.posts + self.earned
            if good == 0:
                return (
                    0.0 if self.asked >= TRIES * (6 if self.sure else 1) else 1.0 if self.sure else 1 / (2 + self.asked)
                )
            share = good / max(self.asked, 1)
            if self.asked >= TRIES_MIXED and share < LEAST_SHARE:
                return 0.0
            return 1.0 if self.sure else min(0.99, 0.5 + share / 2)
        tries = LIST_TRIES[self.guess]
        if self.barren >= tries * (3 if self.earned or self.posts else 1):
            return 0.0
        first = {"archive": 0.8, "list": 0.3, "aside": 0.1}[self.guess]
        return min(0.9, (first + self.earned) / (1 + self.asked / 2))


class Waiting:
    """The links of one visit that wait; every URL is taken once."""

    def __init__(self, known: Iterable[str] = (), patterns: Iterable[str] = ()) -> None:
        """known: keys of URLs that were asked for before; patterns: shapes that posts of this blog have."""
        self._seen = set(known)
        self._done: set[str] = set()
        self._groups: dict[tuple[shapes.Guess, str], Group] = {}
        self._roots: list[tuple[tuple[int, int, int], Link]] = []
        self._fed: list[tuple[tuple[int, int, int], Link]] = []
        self._via: dict[str, tuple[shapes.Guess, str]] = {}  # URL that links were found on -> its group
        self._number = 0
        self._patterns = set(patterns)
        self._answers: dict[str, list[int]] = {}  # page that links were found on, or section -> [answered, not there]
        self._skipped: list[tuple[Link, str]] = []
        self._again: set[str] = set()  # URLs of links that were asked for on an earlier visit
        self._explored = self._lucky = 0  # pages of shapes that had given nothing yet, and posts among them

    def __len__(self) -> int:
        return len(self._roots) + len(self._fed) + sum(len(g.heap) for g in self._groups.values())

    def add(self, link: Link, *, link_key: str | None = None, again: bool = False) -> bool:
        """Take a link unless its page was asked for or waits already; whether it was taken."""
        name = link_key or key(link.url)
        if name in self._seen and not again:
            return False
        if shapes.guess(link.url) == "never" and link.kind not in ("feed", "sitemap", "home"):
            return False
        if again and name in self._seen:
            self._again.add(link.url)
        self._seen.add(name)
        self._done.discard(name)
        self._number += 1
        entry = (_order(link, self._number), link)
        if link.kind in ("home", "feed", "sitemap"):
            heapq.heappush(self._roots, entry)
        elif link.hint is not None and link.hint.in_feed:
            heapq.heappush(self._fed, entry)
            self.sure(link.url)
        else:
            heapq.heappush(self._group(link).heap, entry)
        return True

    def sure(self, url: str) -> None:
        """This URL is a post's: its shape is one that posts have."""
        name = shapes.shape(url)
        self._patterns.add(name)
        if (group := self._groups.get(("post", name))) is not None:
            group.sure = True

    def is_sure(self, url: str) -> bool:
        """Whether a URL has the shape of a post."""
        return shapes.shape(url) in self._patterns

    def looks_like_posts(self, url: str) -> bool:
        """Whether some posts have this URL's shape, as far as is known by now."""
        name = shapes.shape(url)
        group = self._groups.get(("post", name))
        return name in self._patterns or (group is not None and group.posts > 1)

    def done(self, url: str) -> bool:
        """Mark a page as fetched, under whatever URL it was found; whether it was so before."""
        name = key(url)
        before = name in self._done
        self._done.add(name)
        self._seen.add(name)
        return before

    def take(self) -> Link | None:
        """The link to ask for next: roots, then entries of feeds, then the most promising shape, newest first."""
        for heap in (self._roots, self._fed):
            while heap:
                link = heapq.heappop(heap)[1]
                if self._wanted(link):
                    return link
        while True:
            best = max((g for g in self._groups.values() if g.heap), key=_rank, default=None)
            if best is None or best.worth <= 0:
                return None
            link = heapq.heappop(best.heap)[1]
            if self._wanted(link) and not self._hopeless(best, link):
                return link

    def _hopeless(self, group: Group, link: Link) -> bool:
        """Whether a link is one of a kind, on a blog where such links were not worth it: broken ones, mostly."""
        lone = group.guess == "post" and not group.sure and group.posts + group.earned == 0 and not group.heap
        listed = link.hint is not None and link.hint.in_sitemap
        if lone and not listed and self._explored >= EXPLORED and self._lucky < LEAST_LUCK * self._explored:
            self._skipped.append((link, "links like it lead nowhere on this blog"))
            return True
        return False

    def _wanted(self, link: Link) -> bool:
        """Whether a link is still worth asking for: not where all like it are missing, or elsewhere.

        Like it are those of its section, and those that the same document named: unless that is a page, and it has the
        shape of a post.
        """
        if key(link.url) in self._done:
            return False
        section = (_section(link.url), "pages in {}")
        listed = link.hint is not None and link.hint.in_sitemap  # one that nobody keeps up may name hundreds
        named = [(link.via or "", "the links of {}")] if listed or not self.is_sure(link.url) else []
        for place, words in (*named, section):
            answered, missing = self._answers.get(place, (0, 0))
            if answered == 0 and missing >= TRIES:
                self._skipped.append((link, words.format(place) + " lead nowhere or elsewhere"))
                return False
        return True

    def record(self, link: Link, kind: PageKind | None, *, fed: bool) -> None:
        """What became of a link. fed: it leads to posts that only the feed named."""
        group = self._group(link)
        self._via[link.url] = _group_name(link, self._patterns)
        if link.via:
            self._answers.setdefault(link.via, [0, 0])[kind == "error"] += 1
        self._answers.setdefault(_section(link.url), [0, 0])[kind in ("error", "redirect", "stub")] += 1
        if group.guess == "post" and not group.sure and group.posts + group.earned == 0:
            self._explored += 1
            self._lucky += kind == "post"
        group.asked += 1
        if kind == "post":
            group.posts += 1
            group.barren = 0
            self._earn(link)
        elif not fed:
            group.barren += 1

    def _earn(self, link: Link) -> None:
        """A post was found: the page that led to it did well."""
        if link.via and (name := self._via.get(link.via)) and (parent := self._groups.get(name)):
            parent.earned += 1
            parent.barren = 0

    def is_again(self, link: Link) -> bool:
        """Whether a link was asked for on an earlier visit, and waits or waited once more."""
        return link.url in self._again

    def left_out(self) -> Iterator[tuple[Link, str]]:
        """The links that wait in groups not worth a request, each with what speaks against it; forgotten."""
        yield from self._skipped
        self._skipped = []
        for (_, name), group in self._groups.items():
            if group.worth <= 0:
                heap, group.heap = group.heap, []
                why = f"pages like {name} led to no posts"
                yield from ((link, why) for _, link in sorted(heap, key=lambda entry: entry[0]))

    def patterns(self) -> tuple[str, ...]:
        """The shapes that posts of this blog have, by what was read where that says enough, else by feed and past."""
        groups = {shape: group for (guess, shape), group in self._groups.items() if guess == "post"}
        known = [n for n in self._patterns if (g := groups.get(n)) is None or not (g.asked > TRIES and not g.posts)]
        read = [n for n, g in groups.items() if g.posts >= 2 and g.posts * 2 >= g.asked]
        return tuple(sorted({*known, *read}))

    def _group(self, link: Link) -> Group:
        """The group of a link: pages that look alike, told apart where their words say that they are not."""
        name = _group_name(link, self._patterns)
        if name not in self._groups:
            guess, shape = name
            self._groups[name] = Group(guess, sure=shape in self._patterns and guess == "post")
        return self._groups[name]


def _group_name(link: Link, patterns: Container[str]) -> tuple[shapes.Guess, str]:
    shape, guess = shapes.shape(link.url), shapes.guess(link.url)
    if guess in ("post", "never"):
        guess = "archive" if link.kind == "list" and shape not in patterns else "post"
    return guess, shape


def _section(url: str) -> str:
    """The first two folders of a URL: a part of a site that may be all stubs, such as one for each language."""
    return "/".join(url.split("/")[2:5])


def _rank(group: Group) -> tuple[float, int]:
    return group.worth, -group.asked


def _order(link: Link, number: int) -> tuple[int, int, int]:
    """Newest first where a day is known, then as found; sitemaps and feeds before the home page's like."""
    if link.kind in ("home", "feed", "sitemap"):
        return ({"home": 0, "feed": 1, "sitemap": 2}[link.kind], link.depth, number)
    hint = link.hint
    day = _ordinal((hint.published or hint.lastmod) if hint else None)
    return (-day, 0, number)


def _ordinal(day: str | None) -> int:
    try:
        return date.fromisoformat(day[:10]).toordinal() if day else 0
    except ValueError:
        return 0
