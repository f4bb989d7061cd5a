"""The scheduled job as systemd and cron themselves take it: units verified, a crontab in a spool of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from kb.errors import StoreError
from kb.jobs.schedule import PERIODS, Job, cron_line, job
from kb.jobs.scheduler import Crontab, SystemdTimer, choose

KB = shutil.which("true") or "/bin/true"  # a unit's program must be there to be verified


def planned(store: Path, every: str = "6h", **environment: str) -> Job:
    return job([KB], store, store, None, every, environment)


def quiet(tmp_path: Path, words: str = "exit 0") -> tuple[str, ...]:
    """A systemctl that keeps a log of what it is told."""
    program = tmp_path / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/told\n{words}\n')
    program.chmod(0o755)
    return (str(program),)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("every", PERIODS)
def test_systemd_finds_nothing_wrong_with_the_units(every: str, tmp_path: Path) -> None:
    made = planned(tmp_path / 'a b 100% "$HOME".sqlite', every, KB_CONTACT='50% "me" \\ $you', HTTP_PROXY="http://p:1")
    timers = SystemdTimer(tmp_path / "units", quiet(tmp_path))
    timers.install(made)
    units = sorted(str(path) for path in (tmp_path / "units").iterdir())
    assert [Path(unit).suffix for unit in units] == [".service", ".timer"]
    done = subprocess.run(["systemd-analyze", "verify", "--user", *units], capture_output=True, text=True,
                          env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)})  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_units_are_written_started_found_and_taken_away(tmp_path: Path) -> None:
    timers, made = SystemdTimer(tmp_path / "units", quiet(tmp_path)), planned(tmp_path / "kb.sqlite")
    assert not timers.installed(made)
    timers.text(made)
    assert not (tmp_path / "units").exists()  # showing writes nothing
    assert "enable-linger" in timers.install(made)
    assert timers.installed(made) and not timers.installed(planned(tmp_path / "kb.sqlite", "12h"))
    assert timers.remove(made) and not timers.remove(made)
    assert list((tmp_path / "units").iterdir()) == []
    told = (tmp_path / "told").read_text().splitlines()
    assert told == ["daemon-reload", "enable --now kb.timer", "disable --now kb.timer", "daemon-reload"]


def test_a_manager_that_does_not_answer_is_named_with_the_cure(tmp_path: Path) -> None:
    timers = SystemdTimer(tmp_path / "units", quiet(tmp_path, "echo no bus >&2; exit 1"))
    with pytest.raises(StoreError, match="systemctl --user says: no bus") as caught:
        timers.install(planned(tmp_path / "kb.sqlite"))
    assert "systemctl --user enable --now kb.timer" in (caught.value.hint or "")


@pytest.fixture
def spool(tmp_path: Path) -> tuple[str, ...]:
    """The real crontab over a spool that is seen by it alone."""
    crontab, unshare = shutil.which("crontab"), shutil.which("unshare")
    if crontab is None or unshare is None or os.geteuid() != 0:
        pytest.skip("crontab and unshare are not installed, or this is not root")
    folder = tmp_path / "spool"
    folder.mkdir(mode=0o1730)
    script = f'mount --bind {folder} /var/spool/cron/crontabs && exec {crontab} "$@"'
    program = (unshare, "-m", "sh", "-c", script, "crontab")
    if subprocess.run([*program, "-l"], capture_output=True, text=True).stderr.strip() != "no crontab for root":
        pytest.skip("no mount namespace can be had here")
    return program


def test_cron_takes_the_line_and_every_other_line_stays(spool: tuple[str, ...], tmp_path: Path) -> None:
    subprocess.run([*spool, "-"], input="# mine\n5 4 * * * true\n", text=True, check=True)
    crontab = Crontab(spool)
    for every in PERIODS:
        made = planned(tmp_path / "a b 100%.sqlite", every, KB_CONTACT="50% of 'us'")
        crontab.install(made)
        assert crontab.installed(made)
    listed = subprocess.run([*spool, "-l"], capture_output=True, text=True, check=True).stdout
    assert listed.count("--db") == 1 and listed.startswith("# mine\n5 4 * * * true\n")
    assert crontab.remove(made) and not crontab.remove(made)
    assert subprocess.run([*spool, "-l"], capture_output=True, text=True).stdout == "# mine\n5 4 * * * true\n"


def test_the_line_runs_as_cron_runs_it(tmp_path: Path) -> None:
    """cron hands what follows the five fields to sh, \\% as %, in a bare environment."""
    store = tmp_path / "a b 100%.sqlite"
    script = tmp_path / "kb"
    script.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "import sys,os;print(os.environ[\'KB_CONTACT\'],sys.argv)" "$@"\n'
    )
    script.chmod(0o755)
    made = job([str(script)], store, store, None, "6h", {"KB_CONTACT": "50% of 'us'"})
    command = cron_line(made).split(" ", 5)[5].replace("\\%", "%")
    subprocess.run(["/bin/sh", "-c", command], check=True, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    told = Path(f"{store}.log").read_text().strip()
    assert told == f"50% of 'us' {['-c', *made.words[1:]]}"


def test_a_crontab_that_refuses_is_told_and_is_no_empty_one(tmp_path: Path) -> None:
    program = tmp_path / "crontab"
    program.write_text("#!/bin/sh\necho 'you are not allowed' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(StoreError, match="you are not allowed"):
        Crontab((str(program),)).install(planned(tmp_path / "kb.sqlite"))


def test_the_commands_show_without_writing_then_install_and_remove(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "crontab.txt"
    program = tmp_path / "crontab"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then cat {spool} 2>/dev/null || {{ echo "no crontab for me" >&2; exit 1; }}\n'
        f"else cat > {spool}; fi\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    words = ["--db", str(tmp_path / "kb.sqlite"), "schedule"]
    assert cli.run([*words, "show", "--system", "crontab", "--every", "12h"]) == 0
    shown = capsys.readouterr()
    assert "it is not installed" in shown.err and not spool.exists()
    assert cli.run([*words, "install", "--system", "crontab", "--every", "12h"]) == 0
    assert capsys.readouterr().out == shown.out  # what it will write is what show said
    assert spool.read_text().strip() in shown.out
    assert cli.run([*words, "show", "--system", "crontab", "--every", "12h"]) == 0
    assert "it is installed" in capsys.readouterr().err
    assert cli.run([*words, "remove", "--system", "crontab"]) == 0
    assert spool.read_text() == ""
    assert cli.run([*words, "install", "--every", "5h"]) == 2
    assert "--every cannot be '5h'" in capsys.readouterr().err


def test_systemd_is_taken_where_it_is_asked_for(tmp_path: Path) -> None:
    place = choose("systemd", {"XDG_CONFIG_HOME": str(tmp_path)})
    assert isinstance(place, SystemdTimer) and place.folder == tmp_path / "systemd" / "user"
