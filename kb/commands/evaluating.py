"""`kb eval`: quality on judged data, a subcommand a kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.commands.common import format_option, pass_context, print_rows
from kb.context import Context

if TYPE_CHECKING:
    from kb.evaluation.evaluate import Judge
    from kb.evaluation.judged import JudgedSet
    from kb.store.connect import Store

SAMPLE_STORE = "sample.sqlite"  # what `kb run --sample` fills
COLUMNS = ("setting", "group:24", "queries", "ndcg", "low", "high", "mrr", "recall", "passage")
COMPARED = (*COLUMNS[:6], "difference", "difference_low", "difference_high", "better", "worse", "p")


@click.group("eval", invoke_without_command=True)
@click.pass_context
def eval(ctx: click.Context) -> None:
    """Measure quality on judged data; without a kind, that of search on the set that comes with kb."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(search)


@eval.command()
@click.argument("judged", metavar="[SET]", type=click.Path(path_type=Path), required=False)
@click.option("--setting", default="hybrid", show_default=True, help="hybrid, text, vector, or hybrid:0.7.")
@click.option("--against", help="A second setting, compared query by query.")
@click.option("--split", help="Which file of qrels/ in a BEIR folder (test, or else dev, or train).")
@click.option(
    "-k", "--depth", "k", type=click.IntRange(1, 1000), default=10, show_default=True, help="Hits that count."
)
@click.option("--per-query", is_flag=True, help="A row a query, the worst first.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the store of a BEIR folder's corpus in this file.")
@format_option
@pass_context
def search(
    context: Context, judged: Path | None = None, setting: str = "hybrid", against: str | None = None,
    split: str | None = None, k: int = 10, per_query: bool = False, keep: Path | None = None, form: str = "table",
) -> None:  # fmt: skip
    """Measure search on SET: a CSV (query, url, relevance, group) or a folder in BEIR's layout.

    Without SET it is the set over the sample web; its store is filled by: kb run --sample
    """
    from kb.evaluation.evaluate import Setting, by_query, figures

    settings = [Setting.parse(text) for text in (setting, *([against] if against else []))]
    with _opened(context, judged, split, keep) as (found, judge, searcher):
        asked = [judge.ask(searcher, found, one, k) for one in settings]
    if judge.missing:
        context.say(f"{judge.missing} of {len(found.documents)} judged documents are not in the store")
    base = asked[1] if against else None
    if per_query:
        print_rows(by_query(asked[0], base), form, ("query:60", "group:16", "answers", "ndcg", "against", "difference"))
        return
    rows = figures(asked[0], settings[0], k, base)
    if base is not None:
        rows = [row | {"against": str(settings[1])} for row in rows] + figures(base, settings[1], k)
    print_rows(rows, form, COMPARED if against else COLUMNS)
    if base is not None:
        context.say(_verdict(rows[0]))


def _verdict(row: dict[str, Any]) -> str:
    sure = "more than chance" if row["p"] < 0.05 else "within chance"
    return (
        f"{row['setting']} against {row['against']}: {row['difference']:+.4f} nDCG@{row['k']} "
        f"({row['difference_low']:+.4f} to {row['difference_high']:+.4f}), {row['better']} queries better, "
        f"{row['worse']} worse, p = {row['p']:.4f}: {sure}"
    )


@contextmanager
def _opened(
    context: Context, judged: Path | None, split: str | None, keep: Path | None
) -> Iterator[tuple[JudgedSet, Judge, Any]]:
    """The set, its judge and the search over its store: the one of the command line, or one made of the corpus."""
    from kb.evaluation.evaluate import judge
    from kb.evaluation.judged import parse_csv, read_set

    if judged is None:
        from importlib.resources import files

        text = (files("kb") / "data" / "judged.csv").read_text(encoding="utf-8")
        found = parse_csv(text, "the sample web's set", "judged.csv")
    else:
        found = read_set(judged, split)
    if found.corpus is None:
        store = context.store(default=SAMPLE_STORE if judged is None else "kb.sqlite")
        yield found, judge(store.reader, found), _searcher(context, store)
        return
    import tempfile

    from kb.store.connect import open_store

    with tempfile.TemporaryDirectory(prefix="kb-eval-") as folder:
        store = open_store(keep or Path(folder) / "kb.sqlite", create=True)
        try:
            yield found, _filled(context, store, found), _searcher(context, store)
        finally:
            store.close()


def _filled(context: Context, store: Store, found: JudgedSet) -> Judge:
    """The set's own documents stored and embedded, as far as they are not."""
    from kb.app import open_app
    from kb.evaluation.evaluate import fill, judge_of_corpus

    names = fill(store, ((d.id, d.title, d.text) for d in found.read_corpus()), context.clock)
    app = open_app(context.settings(), store, clock=context.clock, progress=context.progress())
    context.say(app.embed())
    return judge_of_corpus(store.reader, found, names)


def _searcher(context: Context, store: Store) -> Any:
    from kb.app import glosser
    from kb.embedders import load_light
    from kb.search import Searcher

    model = context.settings()["model"]
    return Searcher(store, lambda: load_light(model)[0], glosser)


@eval.command()
@click.argument("labels", metavar="[LABELS]", type=click.Path(path_type=Path), required=False)
@format_option
@pass_context
def topics(context: Context, labels: Path | None, form: str) -> None:
    """Measure the topics: coherence, outliers, labels, stability; against LABELS, a CSV (url, field), V-measure."""
    from kb.evaluation.judged import read_column
    from kb.evaluation.topicfigures import topic_figures
    from kb.language.terms import load_terms

    store = context.store()
    known = read_column(store.reader, labels, "field") if labels else {}
    rows = (figure.as_json() for figure in topic_figures(store, load_terms(), known))
    print_rows(rows, form, ("name", "value", "low", "high", "of", "says:70"))


@eval.command()
@click.argument("citations", metavar="[CITATIONS]", type=click.Path(path_type=Path), required=False)
@format_option
@pass_context
def rank(context: Context, citations: Path | None, form: str) -> None:
    """Measure the ranking, whole and without each signal in turn, against links left out of the store.

    CITATIONS, a CSV (url, citations), says how often posts are cited elsewhere; pairs of them are compared as well.
    """
    from kb.errors import UsageError
    from kb.evaluation.judged import read_column
    from kb.evaluation.rankfigures import FEW, rank_figures
    from kb.rank import default_parameters
    from kb.store.corpus import read_corpus

    store, settings = context.store(), context.settings()
    try:
        cited = {i: int(n) for i, n in (read_column(store.reader, citations, "citations") if citations else {}).items()}
    except ValueError as error:
        raise UsageError(f"{citations}: a count must be a whole number: {error}", "a line is: https://..., 3") from None
    corpus = read_corpus(store.reader, context.clock.now().date().isoformat())
    rows = rank_figures(corpus, default_parameters(settings["per_blog"], settings["weights"]), cited)
    columns = ("left_out", "posts", "pairs", "within", "auc", "links", "links_low", "links_high", "n_links", "kept")
    print_rows(rows, form, columns)
    if rows and rows[0]["n_links"] < FEW:
        context.say(f"{rows[0]['n_links']} links between blogs are too few to tell signals apart by them")
