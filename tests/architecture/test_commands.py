"""The command line against its own tables and its documentation; and what a command may import."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

import cli

TOP = Path(cli.__file__).parent
HEAVY = {"torch", "sentence_transformers", "transformers", "sklearn", "scipy", "httpx", "sqlmodel", "sqlalchemy",
         "alembic", "trafilatura", "lxml", "feedparser", "numpy", "bs4", "pydantic"}  # fmt: skip


def test_every_command_is_in_its_module_and_has_a_summary() -> None:
    assert set(cli.COMMANDS) == set(cli.SUMMARIES)
    for name, module in cli.COMMANDS.items():
        command = getattr(import_module(f"kb.commands.{module}"), name)
        assert isinstance(command, click.Command), name
        assert command.help, name


def test_every_command_and_option_is_documented() -> None:
    text = (TOP / "docs" / "cli.md").read_text(encoding="utf-8")
    missing = []
    for name, module in cli.COMMANDS.items():
        command = getattr(import_module(f"kb.commands.{module}"), name)
        if f"kb {name}" not in text:
            missing.append(f"kb {name}")
        subcommands = command.commands.values() if isinstance(command, click.Group) else [command]
        for one in subcommands:
            if one is not command and f"kb {name} {one.name}" not in text:
                missing.append(f"kb {name} {one.name}")
            options = [o for p in one.params if isinstance(p, click.Option) for o in p.opts if o.startswith("--")]
            missing += [f"kb {name}: {option}" for option in options if f"`{option}" not in text]
    assert missing == []


def test_every_option_of_the_settings_is_documented() -> None:
    from kb.settings import OPTIONS

    text = (TOP / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [o.name for o in OPTIONS if f"`KB_{o.name.upper()}`" not in text] == []


def _modules_after(code: str) -> set[str]:
    """The top-level packages that a fresh process has imported after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*[m.split('.')[0] for m in sys.modules], file=sys.stderr)"],
        capture_output=True, text=True, cwd=TOP, check=True,
    )  # fmt: skip
    return set(done.stderr.split())


def test_help_imports_nothing_heavy() -> None:
    assert _modules_after("import cli\ncli.run(['--help'])") & HEAVY == set()


@pytest.mark.parametrize("module", sorted(set(cli.COMMANDS.values())))
def test_the_commands_modules_import_nothing_heavy(module: str) -> None:
    assert _modules_after(f"import kb.commands.{module}") & HEAVY == set()


def test_reading_commands_import_no_orm_and_no_model(tmp_path: Path) -> None:
    from kb.store.connect import open_store

    file = tmp_path / "kb.sqlite"
    open_store(file, create=True).close()
    for words in (["stats"], ["posts"], ["sources"], ["topics"]):
        found = _modules_after(f"import cli\nassert cli.run(['--db', {str(file)!r}, *{words!r}]) == 0")
        assert found & (HEAVY - {"numpy"}) == set(), words


def test_a_search_imports_numpy_where_it_needs_vectors_and_not_before(tmp_path: Path) -> None:
    # numpy starts its threads when it is imported, .2 s of CPU, unless the model's loader has said that one is enough
    from kb.store.connect import open_store

    file = tmp_path / "kb.sqlite"
    open_store(file, create=True).close()
    found = _modules_after(f"import cli\nassert cli.run(['--db', {str(file)!r}, 'search', 'transfer learning']) == 0")
    assert found & {"numpy", "ada_url", "tokenizers", *HEAVY} == set()


def test_there_is_one_head_of_migrations_and_it_is_the_one_that_is_named() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from kb.store import schema

    config = Config()
    config.set_main_option("script_location", str(TOP / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.head()]
