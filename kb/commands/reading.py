"""`kb search`, `similar`, `posts`, `new`, `show`: what people look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import click

from kb.commands.common import count_option, day, filter_options, format_option, offset_option, pass_context, print_rows
from kb.context import Context

POST_COLUMNS = ("id", "published:.10", "language", "words", "title:60", "url:70")
Mode = Literal["hybrid", "text", "vector"]
_MINUS = "\ue000"  # stands for the hyphen of a word of the query while click parses the options


class Query(click.Command):
    """A command whose unknown short options, such as -cnn, are words of its query."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {name for parameter in self.params for name in parameter.opts} | {"-h"}

        def is_word(arg: str) -> bool:
            short = arg.startswith("-") and not arg.startswith("--") and len(arg) > 1
            number = arg[1:].isdecimal() or (arg[:2] == "-n" and arg[2:].isdecimal())
            return short and arg not in known and not number

        return super().parse_args(ctx, [_MINUS + arg[1:] if is_word(arg) else arg for arg in args])


@click.command(cls=Query)
@click.argument("query", nargs=-1, required=True, type=click.UNPROCESSED)
@count_option(10, "How many posts.")
@offset_option
@click.option("--mode", type=click.Choice(["hybrid", "text", "vector"]), default="hybrid", show_default=True)
@click.option("--explain", is_flag=True, help="Say why each post is there, and how the query was understood.")
@filter_options
@format_option
@pass_context
def search(
    context: Context, /, query: tuple[str, ...], n: int, offset: int, mode: Mode, explain: bool, form: str,
    **filters: str | None,
) -> None:  # fmt: skip
    """Find the passages that answer QUERY, grouped by post.

    Words, "phrases", -not, title:, source:, topic:, lang:, after:, before:, has:code, has:math, OR.
    """
    app, asked = context.app(create=False), " ".join(query).replace(_MINUS, "-")
    if context.verbose:
        _say_what_is_loaded(context)
    found = app.search(
        asked, n=n, offset=offset, mode=mode, filters=make_filters(context, **filters), explained=explain
    )
    if form == "table":
        _print_hits(context, found, offset, n)
    else:
        print_rows((hit.as_json() for hit in found.hits), form, ())
    for note in found.notes:
        context.say(note)
    if not found.hits and found.total:
        context.say(f"nothing from {offset + 1} on: {found.total} posts were found")


def _print_hits(context: Context, found: Any, offset: int, n: int) -> None:
    import shutil
    import sys

    from kb.retrieval.hitlist import footer, hits_as_text, reading

    for line in reading(found.reading) if found.reading else ():
        context.say(line)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(hits_as_text(found.hits, colour=_coloured(context), columns=columns), nl=False)
    if (shown := footer(len(found.hits), offset, found.total, n)) is not None:
        context.say(shown)


def _say_what_is_loaded(context: Context) -> None:
    from kb.embedders import has_light

    model = context.settings()["model"]
    if not has_light(model):
        context.say(f"{model} has no light path: torch is loaded for the query")


@click.command()
@click.argument("post")
@count_option(10, "How many posts.")
@offset_option
@format_option
@pass_context
def similar(context: Context, post: str, n: int, offset: int, form: str) -> None:
    """Find posts about the same as POST (an id or a URL)."""
    app = context.app(create=False)
    hits = app.similar(app.post_id(post), n, offset)
    rows = (hit.as_json() if form != "table" else hit.as_json()["post"] | hit.as_json() for hit in hits)
    print_rows(rows, form, ("rank", "score", "id", "language", "title:60", "url:70"))


@click.command()
@filter_options
@click.option("--with", "body", type=click.Choice(["markdown", "text"]), help="Add the body (json, jsonl).")
@click.option("-n", "--limit", "n", type=click.IntRange(min=1), help="At most so many; all of them without it.")
@format_option
@pass_context
def posts(context: Context, /, body: str | None, n: int | None, form: str, **filters: str | None) -> None:
    """List all posts, duplicates too, newest first."""
    if body and form not in ("json", "jsonl"):
        raise click.UsageError("--with needs --format json or jsonl")
    print_rows(_rows(context, make_filters(context, **filters), n, body), form, POST_COLUMNS)


@click.command()
@click.option("--since", default="7d", show_default=True, help="Published on or after this day.")
@count_option(50, "At most so many.")
@format_option
@pass_context
def new(context: Context, since: str, n: int, form: str) -> None:
    """List what came lately."""
    print_rows(_rows(context, make_filters(context, since=since), n, None), form, POST_COLUMNS)


def _rows(context: Context, filters: Any, n: int | None, body: str | None) -> Iterator[dict[str, Any]]:
    from crawler.text import plain
    from kb.store.filters import where
    from kb.store.posts import body as body_of
    from kb.store.posts import list_posts

    reader = context.store().reader
    clause, parameters = where(filters)
    for post in list_posts(reader, clause, parameters, n):
        row = post.as_json()
        if body:
            markdown = body_of(reader, post.id)
            row[body] = markdown if body == "markdown" else plain(markdown)
        yield row


@click.command()
@click.argument("post")
@click.option("--format", "form", type=click.Choice(["text", "md", "html", "json"]), default="text")
@click.option("--version", type=click.IntRange(min=1), help="An earlier text, where the post was edited.")
@pass_context
def show(context: Context, post: str, form: str, version: int | None) -> None:
    """Show one post (an id or a URL) to read."""
    from kb.show import post_as

    click.echo(post_as(context.store().reader, post, form, version))


def make_filters(
    context: Context, topic: str | None = None, source: str | None = None, since: str | None = None,
    until: str | None = None, language: str | None = None, has: Any = None,
) -> Any:  # fmt: skip
    """The filters of a command line, names resolved to ids. Raises UsageError, NotFound."""
    from kb.types import Filters

    return Filters(
        topic=_topic_id(context, topic) if topic else None,
        source=_source_id(context, source) if source else None,
        since=day(context, since, "--since"),
        until=day(context, until, "--until"),
        language=language,
        has=has,
    )


def _topic_id(context: Context, name: str) -> int:
    from kb.store.topics import find_topic

    return find_topic(context.store().reader, name).id


def _source_id(context: Context, name: str) -> int:
    from kb.store.sources import find_source

    return find_source(context.store().reader, name).id


def _coloured(context: Context) -> bool:
    import sys

    return context.color == "always" or (context.color == "auto" and sys.stdout.isatty())
