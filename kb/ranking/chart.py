"""What is shown of an edition: its lines with topics and reasons, what trends, and what moved since another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.ranking.choose import rules_of
from kb.ranking.trending import HALF_LIFE_DAYS, trending_entries
from kb.store.connect import Reader
from kb.store.corpus import linkers_of, read_corpus, references
from kb.store.corrections import corrections
from kb.store.earlier import earlier
from kb.store.editions import edition as read_edition
from kb.store.editions import newest
from kb.store.posts import get_posts
from kb.store.topics import list_topics
from kb.types import ChartLine, Edition, Entry, StoredPost, Topic

_SHOWN = {"formulas": ("formulas", 5), "code_lines": ("lines of code", 20), "figures": ("figures", 3)}


def chart(
    reader: Reader,
    n: int,
    *,
    topic: int | None = None,
    trending: bool = False,
    edition: int | None = None,
    half_life_days: float = HALF_LIFE_DAYS,
    as_ranked: bool = False,
) -> tuple[ChartLine, ...]:
    """The first n lines of an edition, by default the newest, or of one topic or field of it; none before the first.

    trending: the chart of what posts are worth as of the edition's date, halved for every half-life of age, by the
    edition's own rules. as_ranked: posts that were edited since stand there as they were then. Raises NotFound.
    """
    if edition is None and newest(reader) is None:
        return ()
    shown = read_edition(reader, edition, charted=not trending)
    by_id = {t.id: t for t in list_topics(reader, dead=True)}
    entries = [e for e in shown.entries if topic is None or topic in _line_of(e.topic_id, by_id)]
    if trending:
        corpus = read_corpus(reader, shown.made_at[:10])
        entries = trending_entries(corpus, entries, rules_of(shown.parameters), half_life_days)
    return _lines(reader, entries[:n], by_id, shown.made_at, as_ranked)


def _line_of(topic_id: int | None, by_id: Mapping[int, Topic]) -> tuple[int, ...]:
    topic = by_id.get(topic_id or 0)
    return () if topic is None else tuple(i for i in (topic.id, topic.parent) if i is not None)


def _lines(
    reader: Reader, entries: Iterable[Entry], by_id: Mapping[int, Topic], at: str, as_ranked: bool
) -> tuple[ChartLine, ...]:  # fmt: skip
    entries = list(entries)
    posts = get_posts(reader, [e.post_id for e in entries])
    linked, cited = linkers_of(reader, posts, at), references(reader, posts)
    for post_id, then in earlier(reader, posts, at).items() if as_ranked else ():
        posts[post_id], cited[post_id] = then.post, {"paper": then.papers}
    said = corrections(reader, "post")
    pinned = {c.id for c in said if c.kind == "pin"}
    notes = {c.id: str(c.value) for c in said if c.kind == "note" and c.value}
    lines = []
    for entry in entries:
        if (post := posts.get(entry.post_id)) is None:
            continue
        reason = _reason(entry, post, len(linked.get(post.id, ())), cited.get(post.id, {}), post.id in pinned)
        topic, note = by_id.get(entry.topic_id or 0), notes.get(post.id, "")
        lines.append(ChartLine(entry, post, topic, reason=reason, note=note, pinned=post.id in pinned))
    return tuple(lines)


def _reason(entry: Entry, post: StoredPost, linked: int, cited: Mapping[str, int], pinned: bool) -> str:
    """Why a post is here, in a line of facts that can be counted again."""
    said = []
    if pinned:
        said.append("pinned by the editor")
    if linked:
        said.append(f"{linked} post{'s' * (linked > 1)} of other blogs link{'s' * (linked == 1)} to it")
    if (entry.parts.get("standing") or 0) >= 0.8:
        said.append("on a blog that others often link to")
    if papers := cited.get("paper", 0):
        said.append(f"cites {papers} paper{'s' * (papers > 1)}")
    quality = post.quality
    shown = [
        f"{int(quality.get(name, 0))} {words}"
        for name, (words, least) in _SHOWN.items()
        if quality.get(name, 0) >= least
    ]
    said.append(f"{post.words} words" + (" with " + ", ".join(shown) if shown else ""))
    if (entry.parts.get("centrality") or 0) >= 0.9:
        said.append("close to the heart of its topic")
    return "; ".join(said[:4])


def movement(old: Edition, new: Edition) -> tuple[list[Entry], list[Entry], list[tuple[Entry, int]]]:
    """What differs between two editions: entries that came, that left, and that moved (with places up, or down < 0)."""
    before = {e.post_id: e for e in old.entries if e.rank is not None}
    after = {e.post_id: e for e in new.entries if e.rank is not None}
    moved = [(e, (before[i].rank or 0) - (e.rank or 0)) for i, e in after.items() if i in before]
    return (
        [e for i, e in after.items() if i not in before],
        [e for i, e in before.items() if i not in after],
        [(e, places) for e, places in moved if places],
    )
