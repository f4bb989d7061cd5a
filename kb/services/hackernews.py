"""Hacker News by its search interface (hn.algolia.com/api): the stories whose URL names a host, a thousand at most."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from kb.types import Answer, Story

BASE = "https://hn.algolia.com"
MOST = 1000  # hits that the interface gives for one query, all on one page
THREAD = "https://news.ycombinator.com/item?id="


def ask(host: str, page: int) -> str | None:
    """The path that asks for a host's stories; page counts from 0."""
    if page:
        return None
    words = {"query": host, "restrictSearchableAttributes": "url", "tags": "story", "hitsPerPage": MOST}
    return f"/api/v1/search?{urlencode(words)}"


def read(body: bytes) -> Answer:
    """The stories of an answer. Raises ValueError for what is no answer of this interface."""
    data = json.loads(body)
    if not isinstance(data, dict) or not isinstance(data.get("hits"), list):
        raise ValueError("no list of hits")
    stories = []
    for hit in data["hits"]:
        if isinstance(hit, dict) and isinstance(hit.get("url"), str) and str(hit.get("objectID", "")).isdecimal():
            points, comments = hit.get("points"), hit.get("num_comments")
            if isinstance(points, int) and points >= 0:
                stories.append(
                    Story(
                        hit["url"], points, comments if isinstance(comments, int) else 0, f"{THREAD}{hit['objectID']}"
                    )
                )
    return Answer(tuple(stories), more=False)
