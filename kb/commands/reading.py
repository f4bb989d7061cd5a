"""`kb search`, `similar`, `posts`, `new`, `show`: what people look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import click

from kb.commands.common import count_option, day, filter_options, format_option, pass_context, print_rows
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
@click.option("--mode", type=click.Choice(["hybrid", "text", "vector"]), default="hybrid", show_default=True)
@filter_options
@format_option
@pass_context
def search(context: Context, /, query: tuple[str, ...], n: int, mode: Mode, form: str, **filters: str | None) -> None:
    """Find the passages that answer QUERY, grouped by post.

    Words, "phrases", -not, title:, source:, topic:, lang:, after:, before:, has:code, has:math, OR.
    """
    app = context.app(create=False)
    found = app.search(" ".join(query).replace(_MINUS, "-"), n=n, mode=mode, filters=make_filters(context, **filters))
    for note in found.notes:
        context.say(note)
    if form == "table":
        from kb.show import hits_as_text

        click.echo(hits_as_text(found.hits, colour=_coloured(context)), nl=False)
    else:
        print_rows((hit.as_json() for hit in found.hits), form, ())
    if not found.hits:
        context.say("nothing found; try fewer or other words, or --mode vector")


@click.command()
@click.argument("post")
@count_option(10, "How many posts.")
@format_option
@pass_context
def similar(context: Context, post: str, n: int, form: str) -> None:
    """Find posts about the same as POST (an id or a URL)."""
    app = context.app(create=False)
    hits = app.similar(app.post_id(post), n)
    rows = (hit.as_json() if form != "table" else hit.as_json() | hit.as_json()["post"] for hit in hits)
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
    from kb.store.sources import find_source
    from kb.store.topics import find_topic
    from kb.types import Filters

    reader = context.store().reader
    return Filters(
        topic=find_topic(reader, topic).id if topic else None,
        source=find_source(reader, source).id if source else None,
        since=day(context, since, "--since"),
        until=day(context, until, "--until"),
        language=language,
        has=has,
    )


def _coloured(context: Context) -> bool:
    import sys

    return context.color == "always" or (context.color == "auto" and sys.stdout.isatty())
