"""What no linter knows: the time is read in one place, SQL stays in its room, who begins a transaction ends it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import cli
from kb.settings import OPTIONS

TOP = Path(cli.__file__).parent
FILES = sorted(path for room in ("crawler", "kb") for path in (TOP / room).rglob("*.py"))
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.sleep",
    "time.monotonic",
}


def calls(path: Path) -> Iterator[str]:
    """The dotted name of everything that a file calls, its last two parts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            base = node.func.value
            yield f"{base.id if isinstance(base, ast.Name) else '?'}.{node.func.attr}"


def imports(path: Path) -> set[str]:
    """The packages that a file imports while it runs; those for annotations alone are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    found = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    found |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in found}


def test_the_clock_alone_reads_the_time() -> None:
    wrong = {f"{path.relative_to(TOP)}: {name}" for path in FILES if path.name != "clock.py"
             for name in calls(path) if name in CLOCKS}  # fmt: skip
    assert wrong == set()


def test_sql_is_in_the_store_alone() -> None:
    outside = [path for path in FILES if "store" not in path.parts]
    mapper = {str(p.relative_to(TOP)) for p in outside if imports(p) & {"sqlalchemy", "sqlmodel", "alembic"}}
    sql = {f"{p.relative_to(TOP)}: {name}" for p in outside for name in calls(p)
           if name.rpartition(".")[2] in ("execute", "executemany", "executescript", "exec_driver_sql")}  # fmt: skip
    assert mapper | sql == set()


def test_a_transaction_is_ended_where_it_was_begun() -> None:
    wrong = {str(path.relative_to(TOP)) for path in FILES for name in calls(path)
             if name == "session.commit" and path.name != "connect.py"}  # fmt: skip
    assert wrong == set()


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    bare = [str(p.relative_to(TOP)) for p in FILES if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert bare == []


def test_the_defaults_in_the_documents_are_those_of_the_settings() -> None:
    text = (TOP / "docs" / "cli.md").read_text(encoding="utf-8")
    rows = {cells[0].strip(" `"): cells[1].strip() for line in text.splitlines()
            if line.startswith("| `KB_") and len(cells := line.strip("|").split("|")) == 3}  # fmt: skip
    assert set(rows) == {f"KB_{option.name.upper()}" for option in OPTIONS}
    numbers = {option.name: option.default for option in OPTIONS if isinstance(option.default, int | float)}
    wrong = {name: rows[f"KB_{name.upper()}"] for name, value in numbers.items()
             if not isinstance(value, bool) and float(rows[f"KB_{name.upper()}"].split()[0]) != value}  # fmt: skip
    assert wrong == {}
