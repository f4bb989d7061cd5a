"""The article of an edition, out of the store and through the gate; and a file of it held against the store again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kb.errors import KbError, NotFound
from kb.store.earlier import as_of, changes_since, texts_then
from kb.store.editions import edition as read_edition
from kb.store.figures import figures, figures_at
from kb.store.posts import body, texts
from kb.writing.gate import Gate, GateError, Vouch
from kb.writing.select import Limits

if TYPE_CHECKING:
    from kb.reprint import Print
    from kb.settings import Settings
    from kb.store.connect import Reader
    from kb.types import About, Article, ChartLine
    from kb.writing.layout import Language
    from kb.writing.writer import Writer

WHOLE = 1000  # lines; no chart is longer
MOST_CHANGES = 8  # before each of which a file may have been written; each is an article to make


@dataclass(frozen=True, slots=True)
class Press:
    """An edition with what writing and checking its article needs."""

    number: int
    made_at: str  # the day
    chart: tuple[ChartLine, ...]
    counts: dict[str, int]
    limits: Limits
    gate: Gate
    bodies: Mapping[int, str] = field(default_factory=dict)  # Markdown at the edition's instant of posts edited since


def open_press(reader: Reader, settings: Settings, number: int | None = None, vouch: Vouch | None = None) -> Press:
    """The press of an edition, by default of the newest. Raises NotFound."""
    from kb.ranking.chart import chart

    lines = chart(reader, WHOLE, edition=number, as_ranked=True)
    if not lines:
        raise NotFound("there is no chart to publish", "make one with: kb run")
    edition = read_edition(reader, number)
    counts = figures_at(reader, edition.made_at)
    limits = Limits(settings["quote_words"], settings["quote_share"])
    then = texts_then(reader, (line.post.id for line in lines), edition.made_at)
    fixed = tuple(_as_ranked(line) for line in lines)
    gate = Gate(fixed, lambda i: texts(reader, i), counts, limits, vouch=vouch)
    bodies = {post_id: markdown for post_id, (_, markdown) in then.items()}
    return Press(edition.number, edition.made_at[:10], fixed, counts, limits, gate, bodies)


def _as_ranked(line: ChartLine) -> ChartLine:
    """A line whose post has the score and the topic of the line's edition, whatever a later one gave it."""
    return replace(line, post=replace(line.post, score=line.entry.score, topic=line.entry.topic_id))


def publish(
    reader: Reader, settings: Settings, language: Language, writer: Writer | None = None, number: int | None = None
) -> Article:
    """An edition's article, by default the newest's, gone through the gate. Raises NotFound, GateError.

    It is of the edition's instant: a post that was edited since is quoted as it was, so that the same edition gives
    the same article for as long as the store holds its posts.
    """
    from kb.article import write_article

    press = open_press(reader, settings, number, writer.vouch if writer else None)

    def markdown_of(post_id: int) -> str:
        return press.bodies.get(post_id) or body(reader, post_id)

    article = write_article(press.chart, markdown_of, press.counts, language, press.number, press.made_at, press.limits)
    if writer is not None:
        article = writer.rewrite(article)
    if found := list(press.gate.violations(article)):
        raise GateError(found)
    return replace(article, about=about_of(reader, settings, press))


def verify(reader: Reader, settings: Settings, data: bytes, vouch: Vouch | None = None) -> list[str]:
    """What in an exported article the store does not bear out, a line each. Raises KbError for what is no article.

    JSON is held against the store fact by fact; Markdown and HTML are printed again, of whatever edition. A topic that
    was renamed since, or a post that was pinned or noted, stood otherwise when the file was written: a file that is not
    what the store gives now is held against the store as it was before each of these changes, the latest first.
    """
    from kb.published import tree_of
    from kb.reprint import print_of

    printed = print_of(data)
    tree = tree_of(data) if printed is None else {}
    number = tree["edition"] if printed is None else printed.edition
    try:
        made_at = read_edition(reader, number).made_at
    except NotFound as error:
        raise KbError(f"it is of edition {number}, which this store does not hold", error.hint) from None

    def held(then: Reader) -> list[str]:
        return _reprinted(then, settings, printed) if printed else _borne_out(then, settings, tree, vouch)

    found = held(reader)
    for at in _before_changes(reader, made_at) if found else ():
        with as_of(reader, at) as then:
            found = min(found, held(then), key=len)
        if not found:
            break
    return found


def _before_changes(reader: Reader, made_at: str) -> Iterator[str]:
    """The instants at which an edition's article stood otherwise than now, the latest first, its own the last."""
    changes = changes_since(reader, made_at)
    if changes:
        yield from reversed(changes[:-1][-MOST_CHANGES:])
        yield made_at


def _borne_out(reader: Reader, settings: Settings, tree: Mapping[str, Any], vouch: Vouch | None) -> list[str]:
    """What the store does not bear out of an article in JSON."""
    from kb.published import violations

    press = open_press(reader, settings, tree["edition"], vouch)
    return violations(tree, press.chart, press.made_at, press.gate, about_of(reader, settings, press))


def _reprinted(reader: Reader, settings: Settings, printed: Print) -> list[str]:
    """What differs in a page or a Markdown file from what the store gives of its edition."""
    from kb.exporters import renderer
    from kb.reprint import differences

    again = renderer(printed.form)(publish(reader, settings, printed.language, number=printed.edition))
    assert isinstance(again, bytes | str)
    return differences(printed.text, again if isinstance(again, str) else again.decode())


def about_of(reader: Reader, settings: Settings, press: Press) -> About:
    """What the store says of the edition."""
    from kb.writing.about import about

    model = str(figures(reader, settings["model"])["model"])
    return about(reader, press.chart, press.number, model, settings["site_url"])
