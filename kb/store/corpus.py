"""What ranking and clustering look at, read in one go: posts, vectors, links between posts, references, evidence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

import numpy as np

from kb.store.corrections import corrections
from kb.store.posts import all_posts
from kb.store.rows import strings
from kb.store.spaces import post_vectors
from kb.store.topics import assignments, list_topics
from kb.types import Corpus, Evidence, PostLink

# A round-up or a curated list: links to so many other hosts, and so many links to a hundred words. On the replayed web
# that takes "NIPS 2016 Summaries" and reading lists, and leaves out news of releases and posts that cite much
LISTED_HOSTS, LISTED_DENSITY = 15, 1.5


def read_corpus(reader: sqlite3.Connection, today: str) -> Corpus:
    """All that the signals may look at. today: YYYY-MM-DD of the edition."""
    posts = tuple(all_posts(reader))
    said = corrections(reader, "post")
    return Corpus(
        posts=posts,
        vectors=post_vectors(reader),
        topics=tuple(list_topics(reader)),
        assignments=tuple(assignments(reader)),
        links=tuple(post_links(reader)),
        references=references(reader),
        evidence=tuple(evidence(reader)),
        relevance={int(i): float(s) for i, s in reader.execute("SELECT post_id, score FROM relevance ORDER BY 1")},
        today=today,
        blog_links=tuple(blog_links(reader)),
        translations=translations(reader),
        roundups=roundups(reader),
        pinned=frozenset(c.id for c in said if c.kind == "pin"),
        banned=frozenset(c.id for c in said if c.kind == "ban"),
    )


def post_links(reader: sqlite3.Connection) -> list[PostLink]:
    """Links in stored posts to other stored posts, each pair once; those of copies and to oneself are left out."""
    rows = reader.execute(
        """SELECT DISTINCT r.post_id, t.id FROM reference r
        JOIN (SELECT key, id FROM post UNION SELECT key, post_id FROM alias) t ON t.key = r.key
        WHERE t.id != r.post_id
        AND r.post_id NOT IN (SELECT post_id FROM duplicate WHERE kind != 'translation')
        ORDER BY 1, 2"""
    )
    return [PostLink(int(a), int(b)) for a, b in rows]


def blog_links(reader: sqlite3.Connection) -> list[tuple[int, int]]:
    """Pairs of blogs of which one links, in a post's text, to any page of the other."""
    blog_of: dict[str, int] = {}
    for source_id, url, hosts in reader.execute("SELECT id, url, hosts FROM source ORDER BY id"):
        for host in (host_of(url), *strings(hosts)):
            blog_of.setdefault(host.removeprefix("www."), int(source_id))
    found = set()
    for source_id, url in reader.execute(
        "SELECT DISTINCT p.source_id, r.url FROM reference r JOIN post p ON p.id = r.post_id"
    ):
        to = blog_of.get(host_of(url))
        if to is not None and to != source_id:
            found.add((int(source_id), to))
    return sorted(found)


def roundups(reader: sqlite3.Connection) -> frozenset[int]:
    """Posts that are round-ups or curated lists of others' pages; papers and code do not count."""
    hosts: dict[int, set[str]] = {}
    links: dict[int, int] = {}
    for post_id, url in reader.execute("SELECT post_id, url FROM reference WHERE kind IN ('link', 'post')"):
        hosts.setdefault(int(post_id), set()).add(host_of(url))
        links[int(post_id)] = links.get(int(post_id), 0) + 1
    many = [i for i, found in sorted(hosts.items()) if len(found) >= LISTED_HOSTS]
    found = set()
    for post_id in many:
        url, words = reader.execute("SELECT url, words FROM post WHERE id = ?", (post_id,)).fetchone()
        others = hosts[post_id] - {host_of(url)}
        if len(others) >= LISTED_HOSTS and links[post_id] >= LISTED_DENSITY * max(1, words) / 100:
            found.add(post_id)
    return frozenset(found)


def host_of(url: str) -> str:
    """The host of an address, without www; empty for what is no address."""
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
    return host.removeprefix("www.")


def translations(reader: sqlite3.Connection) -> dict[int, int]:
    """The post that each translated post is a translation of."""
    rows = reader.execute("SELECT post_id, original_id FROM duplicate WHERE kind = 'translation' ORDER BY post_id")
    return {int(post_id): int(original_id) for post_id, original_id in rows}


def references(reader: sqlite3.Connection, post_ids: Iterable[int] | None = None) -> dict[int, dict[str, int]]:
    """How many different references of each kind a post has; of these posts alone, where they are given."""
    found: dict[int, dict[str, int]] = {}
    where = "" if post_ids is None else "WHERE post_id IN (SELECT value FROM json_each(?))"
    query = f"SELECT post_id, kind, count(DISTINCT key) FROM reference {where} GROUP BY post_id, kind ORDER BY 1, 2"
    for post_id, kind, n in reader.execute(query, () if post_ids is None else (json.dumps(list(post_ids)),)):
        found.setdefault(int(post_id), {})[str(kind)] = int(n)
    return found


def evidence(reader: sqlite3.Connection) -> list[Evidence]:
    """What was found outside, by post."""
    rows = reader.execute("SELECT post_id, kind, value, url FROM evidence ORDER BY post_id, kind, url")
    return [Evidence(int(i), str(k), float(v), str(u)) for i, k, v, u in rows]


def linkers_of(reader: sqlite3.Connection, post_ids: Iterable[int], until: str = "9") -> dict[int, list[int]]:
    """Posts of other blogs that link to each of some posts, copies left out; those alone that the store had at an
    instant (ISO, UTC)."""
    rows = reader.execute(
        """WITH wanted AS (SELECT value AS id FROM json_each(:ids)),
        named AS (SELECT key, id FROM post WHERE id IN wanted
                  UNION SELECT key, post_id FROM alias WHERE post_id IN wanted)
        SELECT DISTINCT n.id, f.id FROM named n JOIN reference r ON r.key = n.key
        JOIN post f ON f.id = r.post_id JOIN post t ON t.id = n.id
        WHERE f.source_id != t.source_id AND f.first_seen <= :until
        AND f.id NOT IN (SELECT post_id FROM duplicate WHERE kind != 'translation')
        ORDER BY 1, 2""",
        {"ids": json.dumps(list(post_ids)), "until": until},
    )
    found: dict[int, list[int]] = {}
    for post_id, linker in rows:
        found.setdefault(int(post_id), []).append(int(linker))
    return found


def neighbours_of(reader: sqlite3.Connection, post_id: int, n: int = 5) -> list[tuple[int, float]]:
    """The nearest posts by their vectors: (post id, cosine), the nearest first."""
    vectors = post_vectors(reader)
    at = np.flatnonzero(vectors.ids == post_id)
    if not len(at):
        return []
    near = vectors.rows @ vectors.rows[at[0]]
    near[at[0]] = -2.0
    best = np.argsort(-near, kind="stable")[:n]
    return [(int(vectors.ids[i]), float(near[i])) for i in best if near[i] > -2]
