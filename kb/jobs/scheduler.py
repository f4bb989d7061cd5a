"""Where the scheduled job is written: a systemd user timer where there is systemd, else the user's crontab."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from kb.errors import StoreError, UsageError
from kb.jobs.schedule import Job, cron_line, mark, service, timer, with_job, without_job


class Scheduler(Protocol):
    """A place for the job. `text` never writes."""

    def text(self, job: Job) -> list[tuple[str, str]]:
        """(where, what) of all that `install` would write."""
        ...

    def installed(self, job: Job) -> bool:
        """Whether it is there, word for word."""
        ...

    def install(self, job: Job) -> str:
        """Write it and start it; gives what a person should know."""
        ...

    def remove(self, job: Job) -> bool:
        """Take it away; whether it was there."""
        ...


def choose(name: str, environment: Mapping[str, str]) -> Scheduler:
    """The scheduler of that name, or for "auto" the one that is here. Raises UsageError where there is none."""
    if name == "systemd" or (name == "auto" and Path("/run/systemd/system").is_dir() and shutil.which("systemctl")):
        return SystemdTimer(_units(environment))
    if name == "crontab" or shutil.which("crontab"):
        return Crontab()
    raise UsageError(
        "there is neither systemd nor crontab on this machine", "let whatever schedules jobs here call: kb run"
    )


def _units(environment: Mapping[str, str]) -> Path:
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME") or "~").expanduser() / ".config")
    return Path(home) / "systemd" / "user"


class SystemdTimer:
    """A service and a timer in the user's unit folder."""

    def __init__(self, folder: Path, systemctl: tuple[str, ...] = ("systemctl", "--user")) -> None:
        """systemctl: the words that talk to the user's manager; others only in tests."""
        self.folder, self._systemctl = folder, systemctl

    def text(self, job: Job) -> list[tuple[str, str]]:
        return [(str(path), words) for path, words in self._files(job)]

    def installed(self, job: Job) -> bool:
        return all(_read(path) == words for path, words in self._files(job))

    def install(self, job: Job) -> str:
        for path, words in self._files(job):
            _write(path, words)
        told = self._tell("daemon-reload") or self._tell("enable", "--now", f"{job.name}.timer")
        if told:
            raise StoreError(
                f"the units are written, but systemctl --user says: {told}",
                f"log in as this user and run: systemctl --user enable --now {job.name}.timer",
            )
        return (
            "it runs while you are logged in; to let it run always: loginctl enable-linger\n"
            f"its log: journalctl --user -u {job.name}"
        )

    def remove(self, job: Job) -> bool:
        there = [path for path, _ in self._files(job) if path.exists()]
        if there:
            self._tell("disable", "--now", f"{job.name}.timer")
            for path in there:
                path.unlink()
            self._tell("daemon-reload")
        return bool(there)

    def _files(self, job: Job) -> list[tuple[Path, str]]:
        names = {f"{job.name}.service": service(job), f"{job.name}.timer": timer(job)}
        return [(self.folder / name, words) for name, words in names.items()]

    def _tell(self, *words: str) -> str:
        """What systemctl says when it cannot; "" when it could."""
        try:
            done = subprocess.run([*self._systemctl, *words], capture_output=True, text=True, check=False, timeout=60)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        return "" if done.returncode == 0 else " ".join(done.stderr.split()) or f"exit code {done.returncode}"


class Crontab:
    """A marked line in the user's crontab."""

    def __init__(self, program: tuple[str, ...] = ("crontab",)) -> None:
        """program: another than the default only in tests."""
        self._program = program

    def text(self, job: Job) -> list[tuple[str, str]]:
        return [("crontab", f"{mark(job)}\n{cron_line(job)}\n")]

    def installed(self, job: Job) -> bool:
        return f"{mark(job)}\n{cron_line(job)}\n" in self._lines()

    def install(self, job: Job) -> str:
        self._put(with_job(self._lines(), job))
        return f"its log: {job.store}.log"

    def remove(self, job: Job) -> bool:
        before = self._lines()
        after = without_job(before, job)
        if after != before:
            self._put(after)
        return after != before

    def _lines(self) -> str:
        done = self._run("-l")
        if done.returncode == 0:
            return done.stdout
        if "no crontab" in done.stderr.lower():
            return ""
        raise StoreError(f"crontab -l says: {' '.join(done.stderr.split())}", "nothing was changed")

    def _put(self, lines: str) -> None:
        done = self._run("-", lines)
        if done.returncode != 0:
            raise StoreError(f"crontab says: {' '.join(done.stderr.split())}", "the crontab is as it was")

    def _run(self, word: str, lines: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "LC_ALL": "C"}  # "no crontab" in English
        try:
            return subprocess.run([*self._program, word], input=lines, capture_output=True, text=True, check=False,
                                  timeout=60, env=environment)  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreError(f"cannot run crontab: {error}", "install cron, or use --system systemd") from None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _write(path: Path, words: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {(error.strerror or '').lower()}") from None
