"""`kb sources`: the blogs that are followed."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.commands.common import count_option, format_option, pass_context, print_rows
from kb.commands.jobs import alone
from kb.context import Context

if TYPE_CHECKING:
    from kb.types import NewSource

MOST_SAID = 20  # lines of one sort
COLUMNS = (
    "id",
    "title:28",
    "url:44",
    "language",
    "status",
    "posts",
    "unread",
    "last_success",
    "next_visit",
    "failures",
    "last_error:50",
)


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
def sources(ctx: click.Context, form: str) -> None:
    """List, add, import, export, remove, pause, resume, check or suggest blogs."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, form=form)


@sources.command("list")
@format_option
@pass_context
def list_(context: Context, form: str = "table") -> None:
    """Show every blog and its health."""
    from kb.store.sources import list_sources

    rows = [source.as_json() for source in list_sources(context.store().reader)]
    if not rows:
        context.say("no blogs yet; add one with: kb sources add URL")
    print_rows(rows, form, COLUMNS)


@sources.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--title", help="Its name, where it does not say one itself.")
@pass_context
def add(context: Context, urls: tuple[str, ...], title: str | None) -> None:
    """Follow blogs: a home page, a feed or a sitemap each."""
    from kb.blogs.sourcelists import new_source

    _add(context, [new_source(url, title) for url in urls])


@sources.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@pass_context
def import_(context: Context, file: Path) -> int:
    """Follow the blogs of a list: OPML, CSV, TOML, or a URL a line."""
    from kb.blogs.sourcelists import read_list

    wrong: list[str] = []
    found = read_list(file, wrong)
    if found:
        _add(context, found)
    _list_some(context, [f"left out: {words}" for words in wrong])
    return 3 if wrong and found else 2 if wrong else 0


def _add(context: Context, wanted: list[NewSource]) -> None:
    from kb.errors import UsageError
    from kb.store.sources import add_source

    store = context.store(create=True)
    new, same = 0, []
    with store.writing() as session:
        for source in wanted:
            try:
                number, is_new = add_source(session, source, context.clock.now())
            except UsageError as error:
                if len(wanted) == 1:
                    raise
                same.append(f"left out: {error}")
                continue
            new += is_new
            if not is_new:
                same.append(f"already followed as source {number}: {source.url}")
    _list_some(context, same)
    context.say(f"{new} of {len(wanted)} added" + ("; visit them with: kb crawl" if new else ""))


def _list_some(context: Context, lines: list[str]) -> None:
    for line in lines[:MOST_SAID]:
        context.say(line)
    if len(lines) > MOST_SAID:
        context.say(f"and {len(lines) - MOST_SAID} more")


@sources.command()
@click.option(
    "--format", "form", type=click.Choice(["opml", "csv", "toml", "lines"]), help="By -o's ending, else opml."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="A file instead of stdout.")
@pass_context
def export(context: Context, form: str | None, output: Path | None) -> None:
    """Write the followed blogs as a list that other programs, and kb sources import, read."""
    from kb.blogs.listwriting import FORMS, write_list
    from kb.files import write_file
    from kb.store.sources import list_sources

    ending = output.suffix.lstrip(".").lower() if output else ""
    form = form or (ending if ending in FORMS else "lines" if ending == "txt" else "opml")
    written = write_list(list_sources(context.store().reader), form, context.clock.now())
    if output is None:
        click.echo(written, nl=False)
    else:
        write_file(output, written.encode())
        context.say(f"wrote {output}")


@sources.command()
@count_option(20, "How many blogs.")
@format_option
@pass_context
def suggest(context: Context, n: int, form: str) -> None:
    """List blogs that the stored posts link to and that are not followed, with who links to them."""
    from kb.blogs import suggest as suggestions
    from kb.blogs.sourcelists import curated
    from kb.store.mentions import known_addresses, mentions

    reader = context.store().reader
    found = suggestions.suggest(mentions(reader), known_addresses(reader), curated(), n)
    if not found:
        context.say("the stored posts link to no blog that is not followed")
    elif form == "table":
        context.say("look at one with: kb sources check URL, follow it with: kb sources add URL")
    print_rows([one.as_json() for one in found], form, ("blogs", "posts", "url:50", "title:28", "linked_by:60"))


@sources.command("show")
@click.argument("name", metavar="SOURCE")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@pass_context
def show_(context: Context, name: str, form: str) -> None:
    """Show one blog: its health, what its pages turned out to be, and which failed, and why."""
    from dataclasses import asdict

    from kb.store.figures import pages_by_verdict
    from kb.store.health import failed_pages, waiting_pages
    from kb.store.sources import find_source

    reader = context.store().reader
    source = find_source(reader, name)
    failed = [asdict(page) for page in failed_pages(reader, source.id, MOST_SAID if form == "table" else 10_000)]
    facts = {**source.as_json(), "pages": pages_by_verdict(reader, source.id),
             "waiting": waiting_pages(reader, source.id)}  # fmt: skip
    if form == "json":
        click.echo(json.dumps({**facts, "failed": failed}, ensure_ascii=False, indent=1))
        return
    facts["pages"] = ", ".join(f"{kind} {number}" for kind, number in facts["pages"].items()) or None
    print_rows([{"what": what, "is": value} for what, value in facts.items()], "table", ("what", "is:110"))
    if failed:
        click.echo()
        print_rows(failed, "table", ("state", "status", "attempts", "url:70", "why:60"))


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--forget", is_flag=True, help="Delete its posts for good, and never fetch it again.")
@pass_context
def remove(context: Context, names: tuple[str, ...], forget: bool) -> None:
    """Stop following blogs; their posts stay unless --forget."""
    from kb.store.shelf import forget as drop_copy
    from kb.store.sources import find_source, remove_source

    store = context.store()
    # a crawl that is under way would store what it has in hand of the blog
    with alone(context, "kb sources remove", needed=True) if forget else nullcontext():
        found = [find_source(store.reader, name) for name in names]
        with store.writing() as session:
            for source in found:
                gone = remove_source(session, source.id, context.clock.now() if forget else None)
                context.say(f"removed {source.url}" + (f" and {gone} posts" if forget else "; its posts stay"))
        if forget:
            drop_copy(store)


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="SOURCE...")
@pass_context
def pause(context: Context, names: tuple[str, ...]) -> None:
    """Visit blogs no more until they are resumed."""
    _set_status(context, names, "paused")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="SOURCE...")
@pass_context
def resume(context: Context, names: tuple[str, ...]) -> None:
    """Visit paused blogs again."""
    _set_status(context, names, "active")


def _set_status(context: Context, names: tuple[str, ...], status: str) -> None:
    from kb.store.sources import find_source, set_status

    store = context.store()
    found = [find_source(store.reader, name) for name in names]
    with store.writing() as session:
        for source in found:
            set_status(session, source.id, status)
            context.say(f"{status}: {source.url}")


@sources.command()
@click.argument("name", metavar="SOURCE")
@format_option
@pass_context
def unread(context: Context, name: str, form: str) -> None:
    """List a blog's pages that gave no text, and why: a login, scripts alone, no HTML, a few words."""
    from kb.store.sources import find_source, unread_pages

    reader = context.store().reader
    source = find_source(reader, name)
    rows = unread_pages(reader, source.id)
    if not rows:
        context.say(f"every page of {source.url} that was fetched could be read")
    print_rows(rows, form, ("kind", "reasons:60", "url:90"))


@sources.command()
@click.argument("url")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@pass_context
def check(context: Context, url: str, form: str) -> int:
    """Say what a blog offers (feed, sitemap, archive, robots, posts) without storing anything."""
    from kb.fetching import look_at

    found = look_at(context.settings(), url, context.clock)
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        rows = [{"what": what, "found": value} for what, values in found.items() for value in _listed(values)]
        print_rows(rows, "table", ("what", "found:110"))
    return 0 if found["ok"] else 1


def _listed(values: Any) -> list[Any]:
    """A line for each of several, one for a single fact, and one that says that there is none."""
    return list(values) or ["none"] if isinstance(values, list) else [values]
