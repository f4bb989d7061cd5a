"""Jobs that a timer starts: one at a time, ended cleanly, and with an end that a machine can read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

import cli
from kb.errors import Busy, StoreError
from kb.jobs.lock import held
from tests.fakes import StillClock

TOP = Path(cli.__file__).parent
CLOCK = StillClock(datetime(2026, 11, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A store without a blog."""
    from kb.store.connect import open_store

    file = tmp_path / "kb.sqlite"
    open_store(file, create=True).close()
    return file


def summary(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("words", [["run"], ["crawl"], ["embed"], ["cluster"], ["evidence"], ["rank"], ["reread"]])
def test_a_second_job_says_so_and_exits_0(words: list[str], empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with held(empty, "kb run", CLOCK):
        assert cli.run(["--db", str(empty), *words]) == 0
    told = capsys.readouterr()
    who = f"kb run (process {os.getpid()}, since 2026-11-01 12:00:00 UTC)"
    assert told.err == f"note: {who} is at work on {empty}; nothing done\n"
    assert told.out == ""


@pytest.mark.parametrize(
    "words", [["add", "https://a.example/x"], ["prune"], ["restore", "copy"], ["sources", "remove", "--forget", "1"]]
)
def test_what_a_person_asked_for_and_cannot_be_done_beside_a_job_exits_1(
    words: list[str], empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with held(empty, "kb run", CLOCK):
        assert cli.run(["--db", str(empty), *words]) == 1
    assert "is at work on" in capsys.readouterr().err


def test_a_quiet_second_job_says_nothing(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with held(empty, "kb run", CLOCK):
        assert cli.run(["--db", str(empty), "-q", "run"]) == 0
    assert capsys.readouterr().err == ""


def test_a_lock_whose_holder_was_killed_is_no_lock(empty: Path) -> None:
    hold = (
        "from pathlib import Path\nfrom crawler.clock import SystemClock\nfrom kb.jobs.lock import held\nimport time\n"
        f"with held(Path({str(empty)!r}), 'kb run', SystemClock()):\n  print('held', flush=True)\n  time.sleep(600)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True, cwd=TOP)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    with pytest.raises(Busy), held(empty, "kb crawl", CLOCK):
        pass
    with pytest.raises(StoreError), held(empty, "kb restore", CLOCK, needed=True):
        pass
    process.kill()
    process.communicate()
    with held(empty, "kb crawl", CLOCK) as before:
        assert before is not None and f"process {process.pid}" in before
    with held(empty, "kb crawl", CLOCK) as before:
        assert before is None


def test_jobs_on_different_stores_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with held(tmp_path / "a.sqlite", "kb run", CLOCK), held(tmp_path / "b.sqlite", "kb run", CLOCK):
        pass


def test_a_job_ends_with_one_line_that_a_machine_reads(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--db", str(empty), "-q", "crawl"]) == 0
    line = summary(capsys)
    assert (line["job"], line["exit_code"], line["error"], line["sources_due"]) == ("crawl", 0, None, 0)
    assert (line["posts"], line["sources"]) == (0, {})
    assert {"began", "ended", "seconds", "requests", "posts_new", "posts_edited", "pages_failed"} <= set(line)


def test_a_job_that_could_not_tells_why_in_its_line_and_its_metrics(
    empty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics = tmp_path / "kb.prom"
    assert cli.run(["--db", str(empty), "-q", "crawl", "--metrics", str(metrics)]) == 0
    good = metrics.read_text()
    assert "kb_job_exit_code 0" in good and "kb_job_success_timestamp_seconds" in good
    assert cli.run(["--db", str(empty), "-q", "crawl", "--source", "nowhere.example", "--metrics", str(metrics)]) == 1
    line = summary(capsys)
    assert line["exit_code"] == 1 and 'no such blog: "nowhere.example"' in str(line["error"])
    bad = metrics.read_text()
    assert "kb_job_exit_code 1" in bad
    last = [row for row in good.splitlines() if row.startswith("kb_job_success")]
    assert [row for row in bad.splitlines() if row.startswith("kb_job_success")] == last


def test_metrics_that_cannot_be_written_are_said_before_the_work(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["--db", str(empty), "crawl", "--metrics", "/nowhere/at/all.prom"]) == 2
    assert capsys.readouterr().err.startswith("error: metrics cannot be written to /nowhere/at/all.prom")


def test_the_log_is_json_line_by_line(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--log-json", "crawl"], ["crawl", "--log-json"]):
        assert cli.run(["--db", str(empty), *words]) == 0
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        assert [line["event"] for line in lines] == ["no blog is due"]
        assert {"at", "level"} <= set(lines[0])
    assert cli.run(["--db", str(empty), "--log-json", "crawl", "--source", "x.example"]) == 1
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["exit_code"]) == ("error", 1) and "hint" in line


def _until(met: object, process: subprocess.Popen[str], *, within_s: float = 120) -> None:
    deadline = time.monotonic() + within_s
    while not met() and process.poll() is None and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.1)


def _posts(file: Path) -> set[str]:
    from kb.store.connect import open_store

    store = open_store(file, create=False)
    try:
        return {url for (url,) in store.reader.execute("SELECT url FROM post")}
    finally:
        store.close()


def test_sigterm_ends_a_run_cleanly_and_the_next_one_goes_on_to_the_same_end(
    sample_store: Path, tmp_path: Path
) -> None:
    file = tmp_path / "kb.sqlite"
    words = [sys.executable, "-m", "cli", "--db", str(file), "run", "--sample"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=TOP)
    _until(lambda: file.exists() and file.stat().st_size > 100_000 and _posts(file), process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert json.loads(out.splitlines()[-1])["exit_code"] == 130
    some = _posts(file)
    assert len(some) > 0
    done = subprocess.run([*words[:-2], "run", "--sample"], capture_output=True, text=True, cwd=TOP, timeout=300)
    assert done.returncode == 0, done.stderr
    assert some <= _posts(file) == _posts(sample_store)


def test_sigterm_while_embedding_ends_cleanly_too(sample_copy: Path) -> None:
    from kb.store.connect import open_store

    store = open_store(sample_copy, create=False)
    with store.writing() as session:
        for table in ("vector", "passage", "post_vector"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    store.close()
    words = [sys.executable, "-m", "cli", "--db", str(sample_copy), "embed"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=TOP)
    lock = sample_copy.with_name(f"{sample_copy.name}.lock")
    _until(lambda: lock.exists() and lock.stat().st_size, process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "error: interrupted; what was finished is kept"
    assert not lock.exists()
