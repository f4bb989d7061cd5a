"""Whether what `kb schedule install` writes works: units verified by systemd, and a crontab's line run by cron itself.

    python -m benchmarks.timer

Needs systemd-analyze and, as root, Debian's cron: it runs over a spool that nothing else sees, in a mount namespace.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measure import write
from kb.blogs.sourcelists import new_source
from kb.jobs.schedule import PERIODS, cron_fields, cron_line, job, service, timer
from kb.store.connect import open_store
from kb.store.sources import add_source, set_status

WITHIN_S = 150  # cron looks once a minute


def main() -> int:
    """Check both, write the result; 1 if anything that could be checked did not work."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "a store 100%.sqlite"
        made = open_store(store, create=True)
        with made.writing() as session:  # one blog that is not visited: the job is real, and needs no network
            set_status(session, add_source(session, new_source("a.example"), datetime.now(UTC))[0], "paused")
        made.close()
        result = {"systemd": _verified(Path(folder), store), "cron": _run_by_cron(Path(folder), store)}
    write("timer", result)
    return 0 if all(part.get("ok", True) for part in result.values()) else 1


def _kb() -> list[str]:
    return [str(Path(sys.executable).with_name("kb"))]


def _verified(folder: Path, store: Path) -> dict[str, Any]:
    if shutil.which("systemd-analyze") is None:
        return {"skipped": "systemd-analyze is not installed"}
    said = []
    for every in PERIODS:
        planned = job(_kb(), store, store, None, every, os.environ)
        units = [folder / "kb.service", folder / "kb.timer"]
        units[0].write_text(service(planned))
        units[1].write_text(timer(planned))
        done = subprocess.run(["systemd-analyze", "verify", "--user", *map(str, units)], capture_output=True, text=True,
                              env={**os.environ, "XDG_RUNTIME_DIR": str(folder)})  # fmt: skip
        said += [f"{every}: {done.stdout}{done.stderr}"] if done.returncode or done.stderr else []
    version = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    return {"ok": not said, "version": version, "periods": len(PERIODS), "said": said}


def _run_by_cron(folder: Path, store: Path) -> dict[str, Any]:
    tools = [shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("unshare", "cron", "crontab")]
    if None in tools or os.geteuid() != 0:
        return {"skipped": "unshare, cron or crontab is not installed, or this is not root"}
    planned = job(_kb(), store, store, None, "6h", os.environ)
    line = cron_line(planned).replace(cron_fields(planned), "* * * * *", 1)  # the same line, at once
    (folder / "spool").mkdir(mode=0o1730)
    (folder / "lines").write_text(line + "\n")
    script = f"mount --bind {folder}/spool /var/spool/cron/crontabs && crontab {folder}/lines && exec {tools[1]} -f"
    cron = subprocess.Popen([str(tools[0]), "-m", "sh", "-c", script], stderr=subprocess.PIPE, text=True)
    log, began = Path(f"{store}.log"), time.monotonic()
    try:
        while time.monotonic() - began < WITHIN_S and not (log.exists() and "exit_code" in log.read_text()):
            time.sleep(1)
    finally:
        cron.terminate()
        cron.wait()
    told = log.read_text() if log.exists() else ""
    line_of = next((json.loads(row) for row in told.splitlines() if row.startswith("{")), {})
    return {"ok": line_of.get("exit_code") == 0, "after_s": round(time.monotonic() - began), "told": line_of or told}


if __name__ == "__main__":
    sys.exit(main())
