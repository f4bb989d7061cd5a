"""How a command that works on the whole store runs: alone, ended cleanly by a signal, and with its end told."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.context import Context

if TYPE_CHECKING:
    from kb.app import App, Summary


@contextmanager
def alone(context: Context, what: str, *, default: str = "kb.sqlite", needed: bool = False) -> Iterator[None]:
    """Hold the store for this command. Raises Busy while a job is at work on it, StoreError if `needed`."""
    import logging

    from kb.jobs.lock import held
    from kb.jobs.logs import tell

    with held(context.path(default), what, context.clock, needed=needed) as before, _interruptible():
        if before is not None:
            tell(logging.getLogger("kb"), logging.WARNING, "a job ended without a word; going on where it stopped",
                 job=before)  # fmt: skip
        yield


def stage(context: Context, what: str, work: Callable[[App], str | Summary], **flags: Any) -> int:
    """Run one stage alone on a store that is there, and say what it did; the exit code."""
    path = context.path()
    if not path.exists():
        context.store()  # says that there is none
    with alone(context, what):
        done = work(context.app(create=False, **flags))
        context.say(done if isinstance(done, str) else done.words())
    return 0 if isinstance(done, str) else done.exit_code


def job(
    context: Context, what: str, work: Callable[[App], Summary], *, default: str = "kb.sqlite",
    metrics: Path | None = None, **flags: Any,
) -> int:  # fmt: skip
    """Run a job alone, say what it did, and print its summary line; the exit code. However it ends, the end is told."""
    from kb.errors import KbError

    file = _metrics_file(context, metrics)
    began = context.clock.now()
    code, error, app = 1, "a fault of this program", None
    with alone(context, f"kb {what}", default=default):
        try:
            app = context.app(default=default, **flags)
            done = work(app)
            code, error = done.exit_code, ""
            context.say(done.words())
        except KbError as failed:
            code, error = failed.exit_code, str(failed)
            raise
        except KeyboardInterrupt:
            code, error = 130, "interrupted"
            raise
        finally:
            _tell_end(context, what, began, code, error or None, app, file)
    return code


def _metrics_file(context: Context, given: Path | None) -> Path | None:
    """Where the metrics go, if anywhere. Raises UsageError before the work, not after it, for what cannot be."""
    from kb.errors import UsageError

    name = context.settings(metrics=given and str(given))["metrics"]
    if not name:
        return None
    file = Path(name).expanduser()
    if not file.parent.is_dir() or file.is_dir():
        raise UsageError(
            f"metrics cannot be written to {file}", "name a file in a folder that is there: --metrics FILE"
        )
    return file


def _tell_end(
    context: Context, what: str, began: Any, code: int, error: str | None, app: App | None, metrics: Path | None
) -> None:
    from kb.jobs import monitor
    from kb.store.figures import figures
    from kb.store.sources import list_sources

    facts: dict[str, Any] = {}
    sources: list[Any] = []
    if app is not None:
        facts = dict(app.facts)
        with suppress(Exception):  # a store that broke must not hide what broke it
            sources = list_sources(app.store.reader)
            counts = figures(app.store.reader, app.settings["model"])
            facts |= monitor.store_facts(sources, counts["posts"], counts["bytes"])
    line = monitor.summary(what, began, context.clock.now(), code, error, facts)
    click.echo(json.dumps(line, ensure_ascii=False))
    if metrics is not None:
        monitor.write_metrics(metrics, line, sources)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM end the work as Ctrl-C does: transactions roll back, what was finished stays."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not in the main thread, where no signal comes
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
