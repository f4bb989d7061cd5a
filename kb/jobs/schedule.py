"""The scheduled job as text: what a systemd user timer or a crontab line that calls `kb run` says. Pure."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.errors import UsageError

SHARE_OF_TIME = 0.9  # of the time between two runs that one may take: then it ends cleanly, and the next goes on
LONGEST_S = 43200  # of one run
CRON_LINE = 990  # bytes; Debian's cron takes 998 for a command
PERIODS = {"15m": 900, "30m": 1800, "1h": 3600, "2h": 7200, "3h": 10800, "4h": 14400, "6h": 21600, "8h": 28800,
           "12h": 43200, "1d": 86400, "7d": 604800}  # fmt: skip
_SAME = {"60m": "1h", "24h": "1d", "1w": "7d", "168h": "7d"}
# What a job needs to know of the shell in which it was set up; a timer's environment is nearly empty
_KEPT = re.compile(r"KB_[A-Z_]+|(?:HTTPS?|NO|ALL)_PROXY|(?:https?|no|all)_proxy|SSL_CERT_(?:FILE|DIR)")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run, and how often."""

    kb: tuple[str, ...]  # the program: absolute, since a timer has no PATH to speak of
    store: Path
    config: Path | None
    every: str  # a key of PERIODS
    environment: Mapping[str, str]
    name: str  # of the units

    @property
    def words(self) -> list[str]:
        """The command."""
        config = ["--config", str(self.config)] if self.config else []
        limit = str(min(int(PERIODS[self.every] * SHARE_OF_TIME), LONGEST_S))
        return [*self.kb, "--db", str(self.store), *config, "-q", "run", "--time-limit", limit]

    @property
    def _moment(self) -> tuple[int, int, int]:
        """Day of the week, hour and minute, by the store's name: many owners' jobs must not all start on the hour."""
        digest = hashlib.sha256(str(self.store).encode("utf-8", "surrogateescape")).digest()
        return digest[0] % 7, digest[1] % 24, digest[2] % 60


def period(text: str) -> str:
    """The period that a person names. Raises UsageError for one that a crontab cannot say."""
    every = _SAME.get(text.strip().lower(), text.strip().lower())
    if every not in PERIODS:
        raise UsageError(f"--every cannot be {text!r}", f"one of {', '.join(PERIODS)}")
    return every


def job(kb: Sequence[str], store: Path, default: Path, config: Path | None, every: str,
        environment: Mapping[str, str]) -> Job:  # fmt: skip
    """The job of a store; the units of any but the default store have its number in their name."""
    kept = {name: value for name, value in sorted(environment.items()) if _KEPT.fullmatch(name) and value}
    for name in ("KB_DB", "KB_CONFIG"):  # they stand in the command
        kept.pop(name, None)
    for name, value in kept.items():
        if "\n" in value or "\r" in value:
            raise UsageError(f"{name} holds a line break", "unset it, or put the setting into the config file")
    own = (
        "" if store == default else "-" + hashlib.sha256(str(store).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    )
    return Job(tuple(kb), store, config, period(every), kept, f"kb{own}")


def service(job: Job) -> str:
    """The unit that runs the job once. Exit 3 (some blogs failed) and 130 (stopped) are no failures of the job."""
    lines = [f"Environment={_unit_word(f'{name}={value}')}" for name, value in job.environment.items()]
    command = " ".join(_unit_word(word, dollar=True) for word in job.words)
    return "\n".join(
        [
            "[Unit]",
            f"Description=kb: crawl, embed, cluster and rank {_plain(job.store)}",
            "",
            "[Service]",
            "Type=oneshot",
            *lines,
            f"ExecStart={command}",
            "SuccessExitStatus=3 130",
            "KillMode=mixed",
            "TimeoutStopSec=90",
            "Nice=10",
            "",
        ]
    )


def timer(job: Job) -> str:
    """The unit that starts the service; a run that was missed while the machine was off is made up for."""
    return "\n".join(
        [
            "[Unit]",
            f"Description=kb run every {job.every} on {_plain(job.store)}",
            "",
            "[Timer]",
            f"OnCalendar={calendar(job)}",
            "RandomizedDelaySec=300",
            "Persistent=true",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )


def calendar(job: Job) -> str:
    """systemd's OnCalendar for a period."""
    day, hour, minute = job._moment
    seconds = PERIODS[job.every]
    if seconds < 3600:
        return f"*-*-* *:{minute % (seconds // 60)}/{seconds // 60}:00"
    if seconds < 86400:
        step = seconds // 3600
        return f"*-*-* {hour % step}/{step}:{minute:02d}:00" if step > 1 else f"*-*-* *:{minute:02d}:00"
    if seconds == 86400:
        return f"*-*-* {hour:02d}:{minute:02d}:00"
    return f"{_DAYS[day]} *-*-* {hour:02d}:{minute:02d}:00"


def cron_fields(job: Job) -> str:
    """The same for cron: minute, hour, day of the month, month, day of the week."""
    day, hour, minute = job._moment
    seconds = PERIODS[job.every]
    if seconds < 3600:
        step = seconds // 60
        return f"{minute % step}-59/{step} * * * *"
    if seconds < 86400:
        step = seconds // 3600
        return f"{minute} {hour % step}-23/{step} * * *" if step > 1 else f"{minute} * * * *"
    if seconds == 86400:
        return f"{minute} {hour} * * *"
    return f"{minute} {hour} * * {(day + 1) % 7}"


def mark(job: Job) -> str:
    """The comment that stands before the job's line in a crontab, and by which it is found again."""
    return f"# kb run on {' '.join(str(job.store).split())}"


def cron_line(job: Job) -> str:
    """The line of a crontab; what the job says goes to a file beside the store, since cron would mail it.

    Raises UsageError for one that cron would cut.
    """
    assignments = [f"{name}={shlex.quote(value)}" for name, value in job.environment.items()]
    log = job.store.with_name(f"{job.store.name}.log")
    command = " ".join([*assignments, *(shlex.quote(word) for word in job.words)])
    line = f"{command} >>{shlex.quote(str(log))} 2>&1".replace("%", "\\%")  # cron takes a bare % for a line break
    if len(line.encode("utf-8", "surrogateescape")) > CRON_LINE:
        raise UsageError("the crontab's line would be too long", "put the KB_ settings into the config file")
    return f"{cron_fields(job)} {line}"


def with_job(crontab: str, job: Job) -> str:
    """A crontab with the job's line, in the place of an earlier one; every other line as it was."""
    rest = without_job(crontab, job)
    if rest and not rest.endswith("\n"):
        rest += "\n"
    return f"{rest}{mark(job)}\n{cron_line(job)}\n"


def without_job(crontab: str, job: Job) -> str:
    """A crontab without the job's line."""
    kept, skip = [], False
    for line in crontab.splitlines(keepends=True):
        if line.rstrip("\n") == mark(job):
            skip = True
        elif skip:
            skip = False
        else:
            kept.append(line)
    return "".join(kept)


def _unit_word(word: str, *, dollar: bool = False) -> str:
    """A word as systemd reads it: quoted, % and in commands $ doubled (systemd.service(5), "Command lines")."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return '"' + (text.replace("$", "$$") if dollar else text) + '"'


def _plain(path: Path) -> str:
    """A path for a description: on one line, without systemd's specifiers."""
    return " ".join(str(path).split()).replace("%", "%%")
