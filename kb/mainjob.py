"""`make run`: the main job from nothing to the article in out/, with the sample web where there is no network."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from pathlib import Path

import click

import cli

ARTICLES = (("en", "md"), ("en", "html"), ("zh", "md"), ("zh", "html"))


def main(words: list[str]) -> int:
    """Crawl, embed, cluster and rank, then publish; the exit code of the run."""
    parser = argparse.ArgumentParser(prog="python -m kb.mainjob", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--time-limit", default="600", help="seconds for the blogs of the curated list")
    parser.add_argument("--sample", action="store_true", help="do not try the network")
    given = parser.parse_args(words)
    given.out.mkdir(parents=True, exist_ok=True)
    store = given.out / "kb.sqlite"
    code = 1 if given.sample else _run("--db", str(store), "run", "--time-limit", given.time_limit)
    if code == 130:
        return code
    if code not in (0, 3):
        store = given.out / "sample.sqlite"
        _say("running on the sample web that comes with kb")
        code = _run("--db", str(store), "run", "--sample")
        if code:
            return code
    written = []
    for language, form in ARTICLES:
        target = given.out / f"article.{language}.{form}"
        words = ["--language", language, "--format", form, "-o", str(target)]
        if done := cli.run(["--db", str(store), "-q", "export", *words]):
            return done
        written.append(target)
    _say("\nThe first ten of the chart:\n")
    cli.run(["--db", str(store), "top", "10"])
    _say("\n".join(["\nThe article:", *(f"  {target}" for target in written)]))
    kb = Path(sys.executable).with_name("kb")
    kb = kb.relative_to(Path.cwd()) if kb.is_relative_to(Path.cwd()) else kb
    _say("\nNext, for example:")
    for example in ('search "transfer learning"', "search 迁移学习", "topics", "why 1"):
        _say(f"  {kb} --db {store} {example}")
    return code


def _run(*words: str) -> int:
    """A job whose summary line, which is for machines, does not stand among the results."""
    with contextlib.redirect_stdout(io.StringIO()):
        return cli.run(list(words))


def _say(words: str) -> None:
    click.echo(words, err=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
