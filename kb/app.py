"""The only wiring: the stages bound to a store, the network, a model and a clock."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from crawler.clock import Clock
from kb.errors import NotFound
from kb.jobs.progress import Progress
from kb.settings import Settings
from kb.store.connect import Store
from kb.types import Reach

if TYPE_CHECKING:
    from kb.evidence import Gathered
    from kb.exporters import Rendered
    from kb.ingest import Tally
    from kb.language.gloss import Glosser
    from kb.search import Searcher
    from kb.types import ChartLine, Filters, Hit, SearchResult, Why

EMBED_SHARE = (
    0.5  # of a time limit: after the crawl's share, what is left goes to vectors; topics and ranks take seconds
)

EVIDENCE_S = 60.0  # of a run: hosts that are not asked for by then come first the next time


@dataclass(frozen=True, slots=True)
class Summary:
    """What a command did, in lines, and how it ends."""

    lines: tuple[str, ...]
    exit_code: int = 0

    def words(self) -> str:
        return "\n".join(self.lines)


@dataclass(slots=True)
class App:
    """Made by open_app; its methods are what the commands call."""

    settings: Settings
    store: Store
    clock: Clock
    progress: Progress
    reach: Reach = field(default_factory=Reach)
    notes: list[str] = field(default_factory=list)  # what a person should know of what was done
    facts: dict[str, Any] = field(default_factory=dict)  # what the stages did, for the summary line of a job

    # -- filling the store

    def run(self, time_limit_s: float | None, *, sample: bool) -> Summary:
        """All stages that are due. The sample's blogs, or in a store without any the curated list, are added first."""
        from kb.fetching import sample_web

        began = self.clock.monotonic()
        with ExitStack() as stack:
            if sample:
                self.reach = stack.enter_context(sample_web())
            lines = self._first_sources(sample)
            crawl_s = None if time_limit_s is None else time_limit_s * (1 - EMBED_SHARE)
            crawled = self.crawl((), every=False, refresh=False, time_limit=crawl_s)
        if crawled.exit_code == 130:
            return crawled
        left_s = None if time_limit_s is None else max(1.0, time_limit_s - (self.clock.monotonic() - began))
        lines += [*crawled.lines, self.embed(left_s), self.cluster()]
        if self.settings["evidence"] and not sample:
            lines += self.evidence(EVIDENCE_S).lines
        return Summary((*lines, self.rank()), crawled.exit_code)

    def _first_sources(self, sample: bool) -> list[str]:
        from kb.blogs.sourcelists import curated, new_source
        from kb.store.sources import add_source, list_sources

        if sample:
            wanted = [new_source(f"http://{host}/") for host in self.reach.mapped]
        elif not list_sources(self.store.reader):
            wanted = curated()
        else:
            return []
        with self.store.writing() as session:
            new = sum(add_source(session, source, self.clock.now())[1] for source in wanted)
        return [f"following {new} blogs of {'the sample web' if sample else 'the curated list'}"] if new else []

    def crawl(self, names: Sequence[str], *, every: bool, refresh: bool, time_limit: float | None) -> Summary:
        """Visit the named sources, or those that are due. Raises NotFound, NetworkError."""
        import asyncio

        from kb.ingest import Tally
        from kb.store.sources import due_sources, find_source

        only = [find_source(self.store.reader, name).id for name in names]
        due = due_sources(self.store.reader, self.clock.now(), only, every or refresh)
        self.facts |= Tally().facts()
        if not due:
            return Summary(("no blog is due",))
        tally, interrupted = asyncio.run(self._crawl(due, refresh, time_limit, retry=every or bool(only)))
        return summary_of(tally, interrupted)

    async def _crawl(
        self,
        due: Sequence[int],
        refresh: bool,
        time_limit_s: float | None,
        *,
        single: bool = False,
        retry: bool = False,
    ) -> tuple[Tally, bool]:
        import asyncio

        from kb.fetching import crawling, stopped_by_signals
        from kb.ingest import ingest

        stop = asyncio.Event()

        def show(tally: Tally) -> None:
            self.facts |= tally.facts()
            words = f"{tally.new} new posts, {tally.edited} edited, {len(tally.failures)} pages failed"
            self.progress.show("blogs", tally.sources, tally.due, words)

        self.progress.begin()
        with stopped_by_signals(stop) as came:
            async with crawling(self.settings, self.clock, self.reach, time_limit_s, stop) as crawl:
                tally = await ingest(
                    self.store,
                    due,
                    crawl,
                    self.clock,
                    refresh=refresh,
                    single=single,
                    retry=retry,
                    keep_bytes=self.settings["keep_pages_mb"] * 1_000_000,
                    progress=show,
                )
        self.progress.end()
        return tally, bool(came)

    def add(self, urls: Sequence[str]) -> Summary:
        """Fetch single posts and store them, each under a source of its host that is not visited by itself."""
        import asyncio
        from urllib.parse import urlsplit

        from kb.blogs.sourcelists import new_source
        from kb.store.forgetting import refuse_forgotten
        from kb.store.frontier import want_page
        from kb.store.sources import hand_source

        ids = []
        with self.store.writing() as session:
            for url in (new_source(url).url for url in urls):
                refuse_forgotten(session, url)
                parts = urlsplit(url)
                source_id = hand_source(session, f"{parts.scheme}://{parts.netloc}/", self.clock.now())
                want_page(session, source_id, url)
                ids.append(source_id)
        tally, interrupted = asyncio.run(self._crawl(list(dict.fromkeys(ids)), False, None, single=True))
        return summary_of(tally, interrupted)

    def reread(self, name: str | None) -> Summary:
        """Read the kept pages again with today's reader."""
        from kb.reread import reread
        from kb.store.sources import find_source

        source_id = find_source(self.store.reader, name).id if name else None
        self.progress.begin()
        done = reread(self.store, source_id, self.settings["workers"], self.clock,
                      lambda n, total: self.progress.show("pages", n, total))  # fmt: skip
        self.progress.end()
        return Summary(
            (f"read {done.pages} kept pages again: {done.edited} posts changed, {done.lost} no longer posts",)
        )

    # -- understanding it

    def embed(self, time_limit_s: float | None = None) -> str:
        """Vectors for what has none. Raises ModelError."""
        from kb.embed import Embedded, embed
        from kb.embedders import load

        began = self.clock.monotonic()

        def late() -> bool:
            return time_limit_s is not None and self.clock.monotonic() - began > time_limit_s

        def show(done: Embedded) -> None:
            self.progress.show("posts embedded", done.posts, done.total, f"{done.rate:.0f} passages/s")

        model, device = self.settings["model"], self.settings["device"]
        self.progress.begin()
        done = embed(self.store, model, lambda: load(model, device), glosser, self.clock, show, stop=late)
        indexed = self._index()
        self.progress.end()
        self.facts |= {"posts_embedded": done.posts, "posts_waiting": done.total - done.posts}
        waiting = f"; {done.total - done.posts} wait for the next run" if done.posts < done.total else ""
        return f"embedded {done.posts} posts as {done.passages} passages{waiting}{indexed}"

    def _index(self) -> str:
        """What searches read: the full text if another version indexed it, the copy of the vectors that they map, and
        in a large store its lists and the commonest words."""
        from kb.embedders import name_of
        from kb.retrieval.lists import arrange
        from kb.store import common, shelf, text

        anew = "; the full text is indexed anew" if text.renew(self.store) else ""
        common.refresh(self.store)
        try:
            rows = shelf.refresh(self.store, name_of(self.settings["model"]), arrange, shelf.LEAST_LISTED)
        except OSError as error:  # a search reads the tables then
            return f"{anew}; the vectors' copy cannot be written: {error.strerror}"
        return f"{anew}; indexed {rows} passages" if rows >= shelf.LEAST_LISTED else anew

    def cluster(self) -> str:
        """Duplicate groups, what is on the topic, topics."""
        from kb.dedupe import run_dedupe
        from kb.embedders import load_light
        from kb.language.terms import load_terms
        from kb.relevance import run_relevance
        from kb.topics import run_topics

        self.progress.begin()
        terms = load_terms()
        deduped = run_dedupe(self.store, self._show)
        judged = run_relevance(self.store, lambda: load_light(self.settings["model"])[0], terms, self._show)
        sorted_ = run_topics(self.store, self.clock, terms)
        self.progress.end()
        return f"{deduped.words()}; {judged.words()}; {sorted_.words()}"

    def evidence(self, most_s: float | None = None) -> Summary:
        """Points and comments from the services of the settings; exit code 3 where one failed, 1 where all did."""
        import asyncio

        from kb.evidence import services_of

        services = services_of(self.settings["evidence"])
        if not services:
            return Summary(("no service is asked: the setting `evidence` names none",))
        self.progress.begin()
        done = asyncio.run(self._gather(services, most_s))
        self.progress.end()
        code = 0 if not done.failed else 3 if done.hosts else 1
        return Summary(tuple(done.words().splitlines()), code)

    async def _gather(self, services: Mapping[str, str], most_s: float | None) -> Gathered:
        from kb.evidence import gather
        from kb.fetching import fetcher

        delay_s = self.settings["delay_s"]
        async with fetcher(self.settings, self.clock, self.reach) as door:
            return await gather(
                self.store, services, door, self.clock, delay_s=delay_s, most_s=most_s, progress=self._show
            )  # fmt: skip

    def rank(self) -> str:
        """A new edition, if anything changed."""
        from kb.rank import run_rank

        done = run_rank(self.store, self.clock, self.settings["per_blog"], self.settings["weights"])
        self.facts |= {"edition": done.edition, "edition_is_new": done.new}
        return done.words()

    def _show(self, stage: str, done: int, total: int | None) -> None:
        self.progress.show(stage, done, total)

    # -- looking things up

    def post_id(self, name: str) -> int:
        """The id of the post that an id or a URL names. Raises NotFound."""
        from kb.store.posts import post_id_of

        found = post_id_of(self.store.reader, name)
        if found is None:
            raise NotFound(f'no such post: "{name}"', "give an id or a URL from: kb posts")
        return found

    def search(
        self, query: str, *, n: int, offset: int = 0, mode: Literal["hybrid", "text", "vector"], filters: Filters,
        explained: bool = False,
    ) -> SearchResult:  # fmt: skip
        """The passages that answer. Raises UsageError for a field that cannot be."""
        return self.searcher().search(query, n=n, offset=offset, mode=mode, filters=filters, explained=explained)

    def searcher(self) -> Searcher:
        """Search with the settings' model; keep it for several queries."""
        from kb.embedders import load_light, name_of
        from kb.search import Searcher

        model = self.settings["model"]
        return Searcher(self.store, lambda: load_light(model)[0], glosser, name_of(model))

    def similar(self, post_id: int, n: int, offset: int = 0) -> list[Hit]:
        """The posts nearest to a post. Raises NotFound where it has no vectors."""
        from kb.retrieval.similar import similar

        return similar(self.store, post_id, n, offset)

    def chart(
        self, n: int, *, topic: str | None = None, trending: bool = False, edition: int | None = None
    ) -> Sequence[ChartLine]:
        """The first n lines of a chart. Raises NotFound for a topic or an edition that is not there."""
        from kb.ranking.chart import chart
        from kb.store.topics import find_topic

        topic_id = find_topic(self.store.reader, topic).id if topic else None
        return chart(
            self.store.reader, n, topic=topic_id, trending=trending, edition=edition,
            half_life_days=self.settings["half_life_days"],
        )  # fmt: skip

    def why(self, post_id: int) -> Why:
        """The reasons of a post's score. Raises NotFound for one that was not scored."""
        from kb.ranking.why import why

        return why(self.store.reader, post_id)

    def export(self, form: str, language: Literal["en", "zh"]) -> Rendered:
        """The article in a format, through the gate. Raises UsageError, NotFound, GateError."""
        from kb import exporters
        from kb.press import publish
        from kb.writing.writer import writer_of

        render = exporters.renderer(form)
        writer = writer_of(self.settings, self.store, self.clock, os.environ)
        article = publish(self.store.reader, self.settings, language, writer)
        self.notes += writer.notes if writer else []
        return render(article)

    def check(self, data: bytes) -> list[str]:
        """What in an exported article the store does not bear out. Raises KbError for what is no article."""
        from kb.press import verify
        from kb.writing.writer import witness_of

        return verify(self.store.reader, self.settings, data, witness_of(self.settings, self.store))


def open_app(settings: Settings, store: Store, *, clock: Clock, progress: Progress) -> App:
    """The stages over a store."""
    return App(settings, store, clock, progress)


def glosser() -> Glosser:
    """The glosser that the stages share."""
    from kb.language.gloss import load_glosser

    return load_glosser()


def summary_of(tally: Tally, interrupted: bool) -> Summary:
    """A crawl in words: what came, what failed and why; exit code 3 when some blogs failed."""
    visited = f"visited {tally.sources} of {tally.due} blogs with {tally.requests} requests"
    lines = [f"{visited}: {tally.new} new posts, {tally.edited} edited"]
    if tally.unfinished:
        lines.append(f"{tally.unfinished} blogs go on at the next run")
    if tally.failures:
        lines.append(f"{len(tally.failures)} pages failed; kb sources says more")
    for report in tally.failed[:20]:
        why = f"{report.failure.kind}: {report.failure.detail}" if report.failure else "unknown"
        lines.append(f"failed: {report.source} ({why})")
    if len(tally.failed) > 20:
        lines.append(f"and {len(tally.failed) - 20} more")
    if interrupted:
        return Summary((*lines, "interrupted; what was finished is kept"), 130)
    return Summary(tuple(lines), 3 if tally.failed else 0)
