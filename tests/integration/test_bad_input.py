"""Bad input at the command line: one clear line, a cure, the right exit code, and nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cli

TOP = Path(cli.__file__).parent


def _said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, first line of stderr, and what stdout got."""
    capsys.readouterr()
    code = cli.run(list(words))
    told = capsys.readouterr()
    return code, (told.err.splitlines() or [""])[0], told.out


@pytest.mark.parametrize(
    "words",
    [["stats"], ["posts"], ["search", "x"], ["top"], ["topics"], ["show", "1"], ["sources"], ["export"], ["why", "1"],
     ["similar", "1"], ["eval", "search"], ["embed"], ["rank"], ["reread"], ["sources", "remove", "x"],
     ["sources", "unread", "x"]],
)  # fmt: skip
def test_a_store_that_is_not_there_is_not_made_by_reading(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none.sqlite"
    code, line, out = _said(capsys, "--db", str(file), *words)
    assert (code, line, out) == (1, f"error: no store at {file}", "")
    assert not file.exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nonsense"], 'error: no such command: "nonsense"'),
        (["serach", "x"], 'error: no such command: "serach" (did you mean "search"?)'),
        (["search", "x", "-n", "-3"], "error: invalid value for '-n' / '--limit': -3 is not in the range x>=1."),
        (["search", "x", "--since", "yesterday"], "error: --since cannot be 'yesterday'"),
        (["search", "after:never"], "error: "),
        (["top", "0"], "error: invalid value"),
        (["export", "--format", "docx"], 'error: no such format: "docx"'),
        (["crawl", "--time-limit", "0"], "error: invalid value"),
        (["sources", "add", "not a url"], 'error: not a web address: "not a url"'),
        (["sources", "import", "nowhere.csv"], "error: nowhere.csv cannot be read"),
        (["posts", "--with", "text"], "error: --with needs --format json or jsonl"),
        (["search"], "error: missing argument"),
        (["search", "x", "--offset", "-1"], "error: invalid value"),
        (["eval", "search", "nowhere.csv"], "error: nowhere.csv cannot be read"),
        (["eval", "search", "--setting", "both"], "error: no such setting: 'both'"),
        (["eval", "search", "--setting", "hybrid:2"], "error: the vectors' weight cannot be '2'"),
    ],
)
def test_words_that_cannot_be_are_usage_errors(
    words: list[str], line: str, sample_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, out = _said(capsys, "--db", str(sample_store), *words)
    assert (code, out) == (2, "")
    assert said.startswith(line)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["topics", "show", "quantum gravity"], 'error: no such topic: "quantum gravity"'),
        (["search", "x", "--topic", "quantum gravity"], 'error: no such topic: "quantum gravity"'),
        (["show", "http://nowhere.example/"], 'error: no such post: "http://nowhere.example/"'),
        (["show", "1", "--version", "9"], "error: post 1 has no version 9"),
        (["why", "99999"], 'error: no such post: "99999"'),
        (["posts", "--source", "nowhere.example"], 'error: no such blog: "nowhere.example"'),
        (["top", "--edition", "99"], "error: "),
        (["backup", "/nowhere/at/all.sqlite"], "error: cannot write /nowhere/at/all.sqlite"),
        (["export", "-o", "/nowhere/at/all.md"], "error: cannot write /nowhere/at/all.md"),
        (["restore", "/nowhere/at/all.sqlite"], "error: no such file: /nowhere/at/all.sqlite"),
    ],
)
def test_what_the_store_does_not_hold_is_named(
    words: list[str], line: str, sample_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, out = _said(capsys, "--db", str(sample_store), *words)
    assert (code, out) == (1, "")
    assert said.startswith(line)


def test_a_file_that_is_no_database_is_refused_and_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.sqlite"
    file.write_text("these are my notes " * 100)
    for words in (["stats"], ["crawl"], ["run", "--sample"]):
        assert _said(capsys, "--db", str(file), *words)[:2] == (1, f"error: {file} is no database")
    assert file.read_text().startswith("these are my notes")


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    code, line, _ = _said(capsys, "--db", str(tmp_path / "file" / "kb.sqlite"), "sources", "add", "https://a.example/")
    assert code == 1
    assert line.startswith("error: cannot write")


def test_a_full_disk_is_one_line_and_loses_nothing(sample_copy: Path) -> None:
    from kb.errors import StoreError
    from kb.store.connect import open_store
    from kb.store.tables import MetaRow

    store = open_store(sample_copy, create=False)
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="no space left"), store.writing() as session:
        for n in range(500):
            session.add(MetaRow(key=f"big {n}", value="x" * 10_000))
    assert store.reader.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert store.reader.execute("SELECT count(*) FROM meta WHERE key LIKE 'big%'").fetchone()[0] == 0
    store.close()


def test_a_model_that_cannot_be_had_is_one_line_and_text_search_goes_on(
    sample_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {**os.environ, "KB_MODEL": str(sample_copy.parent / "no-such-model"), "HF_HUB_OFFLINE": "1",
                   "KB_DB": str(sample_copy)}  # fmt: skip
    words = [sys.executable, "-m", "cli"]
    done = subprocess.run([*words, "embed"], env=environment, capture_output=True, text=True, cwd=TOP)
    assert done.returncode == 1
    assert "no-such-model" in done.stderr and "Traceback" not in done.stderr
    done = subprocess.run(
        [*words, "search", "attention", "--format", "json"], env=environment, capture_output=True, text=True, cwd=TOP
    )
    assert done.returncode == 0, done.stderr
    assert "Attention" in done.stdout


def test_no_network_at_all_is_said_at_once(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "",
    }
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--db", str(tmp_path / "kb.sqlite"), "-q", "run", "--time-limit", "60"],
        env=environment, capture_output=True, text=True, cwd=TOP, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "error: no blog could be reached" in done.stderr
    assert "kb run --sample" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_keeps_what_was_finished(tmp_path: Path) -> None:
    from kb.store.connect import open_store

    file = tmp_path / "kb.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "--db", str(file), "run", "--sample"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=TOP,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    posts = 0
    while time.monotonic() < deadline and process.poll() is None and not posts:
        time.sleep(0.2)
        if file.exists() and file.stat().st_size > 100_000:
            store = open_store(file, create=False)
            posts = store.reader.execute("SELECT count(*) FROM post").fetchone()[0]
            store.close()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    store = open_store(file, create=False)
    assert store.reader.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert store.reader.execute("SELECT count(*) FROM post").fetchone()[0] >= posts > 0
    store.close()
