"""What a post points to: papers, code, and other pages, read from the Markdown as stored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.text import plain_inline
from crawler.types import Reference

_LINK = re.compile(
    r"(?<!!)\[((?:\\.|\$[^$\n]*\$|[^\[\]\\$])*+)\]\(((?:\\.|[^()\s\\])++)(?:\s+\"(?:\\.|[^\"\\])*+\")?\)"
)
_BARE = re.compile(r"(?<![(\w/\"])https?://[^\s<>()\[\]\"'`，。；、）】]*[^\s<>()\[\]\"'`，。；、）】.,;:!?]")
_CODE_SPAN = re.compile(r"(?m)^(`{3,})[\s\S]*?^\1|`[^`\n]+`")
_PAPER = re.compile(
    r"^(?:www\.|export\.)?arxiv\.org$|^(?:dx\.)?doi\.org$|^openreview\.net$|^(?:www\.)?aclweb\.org$|"
    r"^aclanthology\.org$|^proceedings\.mlr\.press$|"
    r"^(?:papers|proceedings)\.(?:nips|neurips)\.cc$|^(?:www\.)?jmlr\.org$|^openaccess\.thecvf\.com$|"
    r"^(?:www\.)?biorxiv\.org$"
)
_ARXIV = re.compile(
    r"arxiv\.org/(?:abs|pdf|html|format)/((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}))(?:v\d+)?", re.I
)
_ARXIV_TEXT = re.compile(r"\barXiv[:\s]+(\d{4}\.\d{4,5})(?:v\d+)?", re.I)
_REPOSITORY = re.compile(
    r"^https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|gitee\.com|codeberg\.org)/([\w.-]+)/([\w.-]+)"
)
_NOT_A_REPOSITORY = frozenset(
    [
        "topics",
        "search",
        "features",
        "about",
        "sponsors",
        "orgs",
        "settings",
        "marketplace",
        "explore",
        "login",
        "site",
        "users",
        "apps",
        "collections",
        "stars",
    ]
)


def kind_of(url: str) -> str:
    """paper, code or link."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return "link"
    if _PAPER.match(host):
        return "paper"
    match = _REPOSITORY.match(url)
    if (match and match[1].lower() not in _NOT_A_REPOSITORY) or host == "gist.github.com":
        return "code"
    return "link"


def references_of(markdown: str, own_hosts: Iterable[str]) -> tuple[Reference, ...]:
    """Every address in the text once, in order; links to the blog's own posts are kind "post"."""
    text = _CODE_SPAN.sub(" ", markdown)
    own = {host.lower().removeprefix("www.") for host in own_hosts}
    found: dict[str, Reference] = {}
    spots = [(m.start(), m[2].replace("\\", ""), plain_inline(m[1])) for m in _LINK.finditer(text)]
    spots += [(m.start(), m[0], "") for m in _BARE.finditer(text)]
    spots += [(m.start(), f"https://arxiv.org/abs/{m[1]}", m[0]) for m in _ARXIV_TEXT.finditer(text)]
    for _, url, words in sorted(spots):
        if paper := _ARXIV.search(url):
            url = f"https://arxiv.org/abs/{paper[1]}"
        try:
            host = (urlsplit(url).hostname or "").lower().removeprefix("www.")
        except ValueError:
            continue
        if not host:
            continue
        kind = "post" if host in own else kind_of(url)
        known = found.get(url)
        if known is None or (words and not known.text):
            found[url] = Reference(kind, url, words.strip()[:300])  # type: ignore[arg-type]
    return tuple(found.values())
