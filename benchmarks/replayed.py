"""The replayed web served for a benchmark, and kb crawling it: what the crawler's measurements have in common."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import measure
from crawler.urls import key

WEB = Path(os.environ.get("KB_WEB", "../shared/web"))


@dataclass(slots=True)
class Served:
    """A running replay of the web."""

    env: dict[str, str]  # for whoever asks it
    log: Path
    _read: int = 0

    def requests(self) -> list[dict[str, Any]]:
        """The requests that were answered since this was last called."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        new, self._read = lines[self._read :], len(lines)
        return [json.loads(line) for line in new]


@contextmanager
def replayed(
    folder: Path,
    hosts: Sequence[str] = (),
    *,
    epoch: int = 0,
    faults: Sequence[dict[str, Any]] = (),
    copies: int = 1,
    web: Path = WEB,
) -> Iterator[Served]:
    """Serve the web, or these hosts of it, on a free port of loopback while the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    name = f"{epoch}-{port}"
    ca, log, rules = folder / f"{name}.pem", folder / f"{name}.log", folder / f"{name}.json"
    rules.write_text(json.dumps(list(faults)))
    words = ["--port", str(port), "--ca", str(ca), "--log", str(log), "--epoch", str(epoch), "--faults", str(rules)]
    server = subprocess.Popen(
        [sys.executable, str(web / "replay.py"), *words, "--copies", str(copies), "--hosts", ",".join(hosts)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(ca, port)
        proxy = f"http://127.0.0.1:{port}"
        yield Served({"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": "", "SSL_CERT_FILE": str(ca)}, log)
    finally:
        server.terminate()
        server.wait()


def _wait_for(ca: Path, port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if ca.exists() and probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the replayed web did not start")


@dataclass(slots=True)
class Kb:
    """kb with a store of its own."""

    db: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, served: Served, *words: str) -> measure.Run:
        """One command to its end, measured; without time between two requests unless `env` says so."""
        kb = str(Path(sys.executable).with_name("kb"))
        env = {"KB_DELAY_S": "0", "KB_DB": str(self.db), **self.env, **served.env}
        return measure.run([kb, *words], env)

    def follow(self, served: Served, hosts: Sequence[str]) -> None:
        """Add the blogs of these hosts, or of all."""
        urls = self.db.with_suffix(".txt")
        urls.write_text("\n".join(home for host, home in homes().items() if not hosts or host in hosts) + "\n")
        done = self.run(served, "sources", "import", str(urls))
        if done.code:
            raise SystemExit(done.err)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query over the store gives."""
        with closing(sqlite3.connect(self.db)) as store:
            return store.execute(query).fetchall()

    def posts(self) -> dict[str, int]:
        """Ids of all stored posts, by every name they were met under."""
        return {
            named(name): number
            for name, number in self.rows("SELECT key, id FROM post UNION SELECT key, post_id FROM alias")
        }


def homes(web: Path = WEB) -> dict[str, str]:
    """Home page by host."""
    rows = (json.loads(line) for line in (web / "hosts.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["host"]: row["base_url"] for row in rows}


def truth(hosts: Sequence[str] = (), web: Path = WEB) -> list[dict[str, Any]]:
    """The posts of these hosts, or of all."""
    rows = map(json.loads, (web / "truth" / "posts.jsonl").read_text(encoding="utf-8").splitlines())
    return [row for row in rows if not hosts or row["host"] in hosts]


def named(key_of_url: str) -> str:
    """One name for the URLs under which a static host serves the same file, of the key of one of them."""
    return key_of_url.removesuffix(".html").removesuffix(".htm")


def names(rows: Sequence[dict[str, Any]], web: Path = WEB) -> dict[str, frozenset[str]]:
    """Every name that each of these posts may be stored under: its file's, its redirect's, its canonical."""
    lines = map(json.loads, (web / "truth" / "redirects.jsonl").read_text(encoding="utf-8").splitlines())
    leads = {key(line["from_url"]): line["to"] for line in lines if line.get("from_url") and line.get("to")}
    return {
        row["url"]: frozenset(
            named(key(url))
            for url in (
                row["url"],
                f"https://{row['host']}/{row['path']}",
                leads.get(key(row["url"])),
                row["canonical"],
            )
            if url
        )
        for row in rows
    }


def changed(rows: Sequence[dict[str, Any]], epoch: int, web: Path = WEB) -> set[str]:
    """URLs of the posts that are not there yet at epoch -1, or edited at epoch 1, by the server's own rule."""
    spec = importlib.util.spec_from_file_location("replay", web / "replay.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sites = module.Sites(module.unpack(web / "sites", set()), epoch, set(), [], list(rows), 1)
    files = sites.missing | sites.edited
    return {row["url"] for row in rows if sites.root / row["host"] / row["path"] in files}


def cost(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What some requests were: how many, by status, the share that was conditional, and those asked twice."""
    asked = Counter((row["host"], row["path"]) for row in rows)
    statuses = Counter(str(row["status"]) for row in rows)
    with contextlib.suppress(KeyError):
        del statuses["0"]
    return {
        "requests": len(rows), "statuses": dict(sorted(statuses.items())),
        "conditional": sum(row["conditional"] for row in rows), "twice": sum(n - 1 for n in asked.values()),
    }  # fmt: skip
