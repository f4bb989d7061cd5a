"""Judged sets: queries and which documents answer them, from a folder in BEIR's layout or a small CSV.

A CSV has the columns `query` and `url`, and may have `relevance` (1 without it; 0: judged, and no answer), `group`
(what figures are also given for) and `passage` (which passage answers: `passage_hash` of its words, so that a set need
not hold other people's texts). A BEIR folder has queries.jsonl and qrels/*.tsv, and corpus.jsonl where it brings its
documents; without one its documents are posts of the store, named by URL.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import NotFound, UsageError

if TYPE_CHECKING:
    from kb.store.connect import Reader


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query and the gain of each document that answers it; documents judged as no answer are not in it."""

    text: str
    relevant: Mapping[str, float]
    group: str = ""
    passages: frozenset[str] = frozenset()  # hashes of the passages that answer


@dataclass(frozen=True, slots=True)
class Document:
    """A document that comes with a set."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """The queries that have at least one answer, in the order of the file."""

    name: str
    queries: tuple[JudgedQuery, ...]
    corpus: Path | None = None  # corpus.jsonl; None where the documents are posts, by URL
    documents: frozenset[str] = field(default=frozenset(), repr=False)  # every document that was judged

    def read_corpus(self) -> Iterator[Document]:
        """The documents that come with the set. Raises UsageError for a line that is none."""
        if self.corpus is None:
            return
        for number, row in _lines(self.corpus):
            if "_id" not in row:
                raise UsageError(f"{self.corpus}:{number}: no _id", 'a line is {"_id": ..., "title": ..., "text": ...}')
            yield Document(str(row["_id"]), str(row.get("title") or ""), str(row.get("text") or ""))


def passage_hash(text: str) -> str:
    """What stands for a passage in a judged set: a hash of its letters and digits, however they are set apart."""
    letters = re.sub(r"[\W_]+", "", text.lower())
    return hashlib.blake2b(letters.encode("utf-8", "replace"), digest_size=8).hexdigest()


def read_set(path: Path, split: str | None = None) -> JudgedSet:
    """A judged set from a folder or a CSV file. Raises UsageError naming the file, the line and what is wrong.

    split: which file of qrels/; without it test, dev or train, the first that is there.
    """
    if path.is_dir():
        return _beir(path, split)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {_why(error)}", "give a CSV file or a folder in BEIR's layout"
        ) from None
    return parse_csv(text, path.stem, str(path))


def parse_csv(text: str, name: str, where: str) -> JudgedSet:
    """A judged set from a CSV's text. where: what a message calls it."""
    rows = csv.DictReader(text.splitlines())
    columns = set(rows.fieldnames or ())
    if missing := {"query", "url"} - columns:
        raise UsageError(f"{where}: no column {sorted(missing)[0]!r}", "the first line names the columns: query,url")
    found: dict[str, tuple[dict[str, float], str, set[str]]] = {}
    seen: set[str] = set()
    for row in rows:
        query, url = (row["query"] or "").strip(), (row["url"] or "").strip()
        if not query or not url:
            raise UsageError(f"{where}:{rows.line_num}: a query or a URL is missing", "each line has both")
        gain = _gain(row.get("relevance") or "1", f"{where}:{rows.line_num}")
        gains, _, hashes = found.setdefault(query, ({}, (row.get("group") or "").strip(), set()))
        seen.add(url)
        if gain > 0:
            gains[url] = max(gain, gains.get(url, 0.0))
            hashes |= set((row.get("passage") or "").split())
    queries = tuple(JudgedQuery(q, g, group, frozenset(h)) for q, (g, group, h) in found.items() if g)
    return _not_empty(JudgedSet(name, queries, None, frozenset(seen)), where)


def _beir(folder: Path, split: str | None) -> JudgedSet:
    file = _qrels(folder, split)
    gains: dict[str, dict[str, float]] = {}
    seen: set[str] = set()
    for number, line in enumerate(_text(file).splitlines(), 1):
        cells = line.split("\t") if "\t" in line else line.split()
        if number == 1 and not _is_number(cells[-1] if cells else ""):
            continue  # the head: query-id, corpus-id, score
        if not cells:
            continue
        if len(cells) not in (3, 4):  # four: TREC's layout, with an iteration in the second place
            raise UsageError(f"{file}:{number}: {len(cells)} columns", "a line is: query-id, corpus-id, score")
        query, document = cells[0], cells[-2]
        seen.add(document)
        if (gain := _gain(cells[-1], f"{file}:{number}")) > 0:
            gains.setdefault(query, {})[document] = gain
    queries = []
    for number, row in _lines(folder / "queries.jsonl"):
        if "_id" not in row or not isinstance(row.get("text"), str):
            raise UsageError(
                f"{folder / 'queries.jsonl'}:{number}: no _id or no text", 'a line is {"_id": ..., "text": ...}'
            )
        if relevant := gains.get(str(row["_id"])):
            queries.append(JudgedQuery(row["text"], relevant, str(row.get("group") or "")))
    corpus = folder / "corpus.jsonl"
    found = JudgedSet(folder.resolve().name, tuple(queries), corpus if corpus.exists() else None, frozenset(seen))
    return _not_empty(found, str(folder))


def _qrels(folder: Path, split: str | None) -> Path:
    names = [split] if split else ["test", "dev", "train"]
    for name in names:
        if (file := folder / "qrels" / f"{name}.tsv").exists():
            return file
    raise UsageError(
        f"{folder} has no qrels/{names[0]}.tsv", "BEIR's layout: queries.jsonl, corpus.jsonl, qrels/test.tsv"
    )


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_text(file).split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise UsageError(f"{file}:{number}: no JSON object", "each line is one")
            yield number, row


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file} cannot be read: {_why(error)}", "BEIR's layout: queries.jsonl, corpus.jsonl, qrels/"
        ) from None


def _why(error: Exception) -> str:
    return (error.strerror or "").lower() if isinstance(error, OSError) else "it is no UTF-8 text"


def _gain(text: str, where: str) -> float:
    if not _is_number(text):
        raise UsageError(f"{where}: relevance cannot be {text!r}", "it is a number, 0 for no answer")
    return float(text)


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False


def _not_empty(found: JudgedSet, where: str) -> JudgedSet:
    if not found.queries:
        raise UsageError(f"{where} judges nothing as an answer to any of its queries", "relevance above 0 is an answer")
    return found


def read_column(reader: Reader, file: Path, column: str) -> dict[int, str]:
    """A column of a CSV or TSV by the post that its `url` names; posts that the store lacks are passed over.

    Raises UsageError for a file without these columns, NotFound where the store holds none of the posts.
    """
    from kb.store.posts import post_id_of

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}", "give a CSV in UTF-8") from None
    lines = text.splitlines()
    rows = list(csv.DictReader(lines, delimiter="\t" if lines and "\t" in lines[0] else ","))
    if not rows or not {"url", column} <= {name for name in rows[0] if name}:
        raise UsageError(f"{file} has no columns url and {column}", f"its first line is: url,{column}")
    named = {post_id_of(reader, row["url"] or ""): (row[column] or "").strip() for row in rows}
    found = {post_id: value for post_id, value in named.items() if post_id is not None and value}
    if not found:
        raise NotFound(f"the store holds none of the posts of {file}", "crawl their blogs first")
    return found
