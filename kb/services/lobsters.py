"""Lobsters by its JSON pages (lobste.rs/domains/HOST.json): the stories of a host, twenty-five a page."""

from __future__ import annotations

import json
from urllib.parse import quote

from kb.types import Answer, Story

BASE = "https://lobste.rs"
PER_PAGE = 25
MOST_PAGES = 20


def ask(host: str, page: int) -> str | None:
    """The path that asks for a host's stories; page counts from 0, None when enough was asked."""
    if page >= MOST_PAGES:
        return None
    name = quote(host.removeprefix("www."), safe="")
    return f"/domains/{name}.json" if page == 0 else f"/domains/{name}/page/{page + 1}.json"


def read(body: bytes) -> Answer:
    """The stories of an answer. Raises ValueError for what is no answer of this interface."""
    data = json.loads(body)
    if not isinstance(data, list):
        raise ValueError("no list of stories")
    stories = []
    for row in data:
        if isinstance(row, dict) and isinstance(row.get("url"), str) and isinstance(row.get("score"), int):
            comments, thread = row.get("comment_count"), row.get("short_id_url")
            stories.append(
                Story(
                    row["url"],
                    max(0, row["score"]),
                    comments if isinstance(comments, int) else 0,
                    thread if isinstance(thread, str) and thread.startswith("https://") else BASE,
                )
            )
    return Answer(tuple(stories), more=len(data) >= PER_PAGE)
