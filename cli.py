"""The command `kb`: words in, words out. Commands are found by name and imported only when they are called."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

# command -> module of kb.commands that defines it; a test holds it against the modules
COMMANDS = {
    "add": "crawling", "crawl": "crawling", "reread": "crawling", "run": "crawling", "sources": "sources",
    "embed": "stages", "cluster": "stages", "evidence": "stages", "rank": "stages",
    "new": "reading", "posts": "reading", "search": "reading", "show": "reading", "similar": "reading",
    "eval": "evaluating",
    "export": "chart", "top": "chart", "topics": "topics", "why": "chart",
    "ban": "editing", "diff": "editing", "note": "editing", "pin": "editing",
    "backup": "keeping", "completion": "keeping", "config": "keeping", "doctor": "keeping", "prune": "keeping",
    "serve": "serving",
    "restore": "keeping", "schedule": "scheduling", "stats": "keeping",
}  # fmt: skip
SUMMARIES = {
    "add": "Store single posts by hand.",
    "ban": "Keep a post out of the chart.",
    "backup": "Write a consistent copy of the store, also while it is in use.",
    "cluster": "Group duplicates, judge what is on the topic, and sort posts into topics.",
    "completion": "Print the completion script of a shell.",
    "config": "Show every setting, its value, and where that came from.",
    "crawl": "Visit the blogs that are due and store their posts.",
    "diff": "Say what changed between two editions, and why.",
    "doctor": "Say what is wrong, and how to mend it.",
    "embed": "Cut new posts into passages and give each a vector.",
    "eval": "Measure quality on judged data.",
    "evidence": "Ask Hacker News and Lobsters what the stored posts got there.",
    "export": "Publish the chart as one article, every assertion cited.",
    "new": "List what came lately.",
    "note": "Put a person's word beside a post of the chart.",
    "pin": "Want a post in the chart, whatever its score.",
    "posts": "List all posts, newest first.",
    "prune": "Drop old raw pages and earlier texts, and give the space back.",
    "rank": "Score the posts and make the chart.",
    "reread": "Read the kept pages again with today's reader, without the network.",
    "restore": "Put a copy in the place of the store.",
    "run": "Do all that is due: crawl, embed, cluster, evidence, rank.",
    "schedule": "Show, install or remove the job that runs kb every few hours.",
    "search": "Find the passages that answer, in English or Chinese.",
    "serve": "Serve a local web page over the store: search, chart, topics, posts.",
    "show": "Show one post to read.",
    "similar": "Find posts about the same.",
    "sources": "List, add, import, export, remove, pause, resume, check or suggest blogs.",
    "stats": "Count what the store holds.",
    "top": "Show the chart: the best hundred by topic.",
    "topics": "List topics or their history; show, rename, merge or pin one.",
    "why": "Explain a post's score, part by part.",
}


class Commands(click.Group):
    """A group whose commands are imported one module at a time, so that `kb --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f"kb.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(SUMMARIES.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, 1)
            meant = f' (did you mean "{near[0]}"?)' if near else ""
            raise click.UsageError(f'no such command: "{args[0]}"{meant}', ctx)
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"kb {version('kb-deep-learning')}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", metavar="FILE", help="The store, an SQLite file (KB_DB).")
@click.option("--config", metavar="FILE", type=click.Path(path_type=Path), help="A TOML file of settings (KB_CONFIG).")
@click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--log-json", is_flag=True, help="Say everything on stderr as one JSON object a line.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour in output.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.pass_context
def kb(
    ctx: click.Context, db: str | None, config: Path | None, verbose: bool, quiet: bool, debug: bool, log_json: bool,
    color: str,
) -> None:  # fmt: skip
    """The best deep-learning writing on blogs: crawled, ranked by topic, searchable, published.

    Begin with: kb run --sample
    """
    from kb.context import Context

    if verbose and quiet:
        raise click.UsageError("-v and -q exclude each other")
    ctx.obj = Context(flags={"db": db}, config=config, verbose=verbose, quiet=quiet, color=color)
    ctx.obj.begin_logs(as_json=log_json)
    ctx.call_on_close(ctx.obj.close)
    if color != "auto":
        ctx.color = color == "always"


def main() -> None:
    """Run a command; every error is one line on stderr, an optional hint, and an exit code."""
    code = run(sys.argv[1:])
    if code == 130:  # where the interrupt came inside an import, Python would end itself by SIGINT whatever exit says
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def run(words: list[str]) -> int:
    """The exit code of a command line: 0 done, 1 could not, 2 usage, 3 done in part, 130 interrupted."""
    from kb.errors import KbError

    try:
        result: Any = kb.main(words, prog_name="kb", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except KbError as error:
        return _say(words, str(error), error.hint, error.exit_code)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        line = " ".join(error.format_message().split())
        return _say(words, line[:1].lower() + line[1:], _usage_hint(error), 2)
    except (KeyboardInterrupt, click.Abort):
        return _say(words, "interrupted; what was finished is kept", None, 130)
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, MemoryError) as error:
        return _say(words, _os_words(error), None, 1)


def _say(words: list[str], line: str, hint: str | None, code: int) -> int:
    from kb.present import harmless

    if "--debug" in words and code != 130:
        import traceback

        traceback.print_exc()
    if "--log-json" in words:
        import logging

        from kb.jobs.logs import tell

        tell(logging.getLogger("kb"), logging.ERROR if code else logging.INFO, line, hint=hint, exit_code=code)
        return code
    if code or not {"-q", "--quiet"} & set(words):
        click.echo(f"{'error' if code else 'note'}: {harmless(line)}", err=True)
        if hint:
            click.echo(f"hint: {harmless(hint)}", err=True)
    return code


def _usage_hint(error: click.ClickException) -> str | None:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"see: {context.command_path} --help" if context else None


def _os_words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror.lower()}" if error.filename else error.strerror.lower()
    return str(error) or type(error).__name__


if __name__ == "__main__":
    main()
