"""What every command begins with: the settings as the command line, environment and file give them, and the store."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.clock import SystemClock
from kb.settings import Settings, load_settings

if TYPE_CHECKING:
    from kb.app import App
    from kb.jobs.progress import Progress
    from kb.store.connect import Store


@dataclass(slots=True)
class Context:
    """The global options of a command line."""

    flags: Mapping[str, Any]
    config: Path | None = None
    verbose: bool = False
    quiet: bool = False
    color: str = "auto"
    log_json: bool = False
    clock: SystemClock = field(default_factory=SystemClock)
    _opened: list[Store] = field(default_factory=list)

    def settings(self, **flags: Any) -> Settings:
        """The settings, with a command's own flags above everything."""
        config = self.config or (Path(os.environ["KB_CONFIG"]) if os.environ.get("KB_CONFIG") else None)
        if config is None and default_config().exists():
            config = default_config()
        return load_settings({**self.flags, **flags}, os.environ, config)

    def path(self, default: str = "kb.sqlite") -> Path:
        """The store's file: --db, KB_DB, the config file, or one in the platform's data folder."""
        given = self.settings()["db"]
        return Path(given).expanduser() if given else data_folder() / default

    def store(self, *, create: bool = False, default: str = "kb.sqlite") -> Store:
        """The store; without `create` a missing one is a StoreError."""
        from kb.store.connect import open_store

        store = open_store(self.path(default), create=create)
        self._opened.append(store)
        return store

    def close(self) -> None:
        """Close the stores that this command line opened."""
        for store in self._opened:
            store.close()
        self._opened.clear()

    def app(self, *, create: bool = True, default: str = "kb.sqlite", **flags: Any) -> App:
        """The stages wired to the store, the network and the model."""
        from kb.app import open_app

        return open_app(
            self.settings(**flags), self.store(create=create, default=default), clock=self.clock,
            progress=self.progress(),
        )  # fmt: skip

    def begin_logs(self, *, as_json: bool = False) -> None:
        """Set up what is said on stderr; once JSON was asked for it stays."""
        from kb.jobs.logs import begin

        self.log_json = self.log_json or as_json
        begin(as_json=self.log_json, verbose=self.verbose, quiet=self.quiet)

    def progress(self) -> Progress:
        from kb.jobs.progress import Progress

        return Progress(self.clock, quiet=self.quiet, as_json=self.log_json)

    def colour(self) -> bool:
        """Whether stdout gets colour: as asked for, or where a terminal is."""
        import sys

        return self.color == "always" or (
            self.color == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        )

    def say(self, words: str) -> None:
        """A line on stderr, unless -q."""
        if self.log_json:
            import logging

            logging.getLogger("kb").info(words)
        elif not self.quiet:
            click.echo(words, err=True)


def data_folder() -> Path:
    """The platform's folder for this program's data."""
    from platformdirs import user_data_path

    return user_data_path("kb")


def default_config() -> Path:
    """The config file that is read when none is named."""
    from platformdirs import user_config_path

    return user_config_path("kb") / "config.toml"
