"""The job of `kb crawl` as a Scrapy spider: the same blogs, trafilatura in its pipeline, posts into SQLite.

Run by benchmarks.scrapy_beside in an environment of its own; kb does not depend on Scrapy.

    scrapy runspider spider.py -a urls=FILE -a db=FILE

It does what a careful user of Scrapy would write: begins at the home page, the sitemap and the usual feed addresses,
follows every link within the blog's folder on its hosts, obeys robots.txt, and stores a page whose main text is found
to be of some length and to have a date. Scrapy's defaults stand, 8 requests at once to a host among them.
"""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import ClassVar
from urllib.parse import urldefrag, urljoin, urlsplit

import scrapy
from scrapy.http import HtmlResponse, Response
from trafilatura import bare_extraction

MOST_PAGES = 3000  # of one blog, as kb's own bound
LEAST_CHARS = 300  # of text, in whatever language
FILES = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|ico|css|js|pdf|zip|gz|mp4|webm|ipynb|woff2?|json|csv|txt|bib)$", re.I)
FEEDS = ("feed.xml", "atom.xml", "index.xml", "rss.xml", "sitemap.xml")


class BlogSpider(scrapy.Spider):
    """Visits the blogs of a file, a URL a line."""

    name = "blogs"
    custom_settings: ClassVar = {
        "ROBOTSTXT_OBEY": True,
        "COOKIES_ENABLED": False,
        "TELEMETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "DOWNLOAD_DELAY": 0,
        "ITEM_PIPELINES": {"spider.Store": 1},
        "USER_AGENT": "spider (+https://example.org/)",
    }

    def __init__(self, urls: str, db: str) -> None:
        super().__init__()
        self.db = db
        self.homes = Path(urls).read_text(encoding="utf-8").split()
        self.pages: dict[str, int] = {}

    async def start(self):
        for home in self.homes:
            for url in (home, *(urljoin(home, name) for name in FEEDS)):
                yield scrapy.Request(url, cb_kwargs={"home": home}, dont_filter=url == home)

    def parse(self, response: Response, home: str):
        if not isinstance(response, HtmlResponse):
            for url in re.findall(rb"<(?:loc|link)[^>]*>\s*([^<\s]+)|<link[^>]+href=[\"']([^\"']+)", response.body):
                yield from self._follow(response, (url[0] or url[1]).decode("utf-8", "replace"), home)
            return
        yield {"url": response.url, "html": response.text}
        for href in response.css("a::attr(href)").getall():
            yield from self._follow(response, href, home)

    def _follow(self, response: Response, href: str, home: str):
        try:
            url = urldefrag(response.urljoin(href.strip())).url
        except ValueError:
            return
        parts, own = urlsplit(url), urlsplit(home)
        if parts.scheme not in ("http", "https") or parts.netloc.removeprefix("www.") != own.netloc.removeprefix(
            "www."
        ):
            return
        if not parts.path.startswith(own.path) or FILES.search(parts.path) or self.pages.get(home, 0) >= MOST_PAGES:
            return
        self.pages[home] = self.pages.get(home, 0) + 1
        yield scrapy.Request(url, cb_kwargs={"home": home})


class Store:
    """Reads each page with trafilatura and stores the posts; a commit every 32, as kb does."""

    def open_spider(self, spider: BlogSpider) -> None:
        self.db = sqlite3.connect(spider.db)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("CREATE TABLE post (url TEXT PRIMARY KEY, title TEXT, authors TEXT, published TEXT, text TEXT)")
        self.db.execute("CREATE VIRTUAL TABLE post_fts USING fts5 (title, body)")
        self.waiting = 0

    def process_item(self, item: dict[str, str]) -> dict[str, str]:
        # a Document with plain text, which costs it less than Markdown would
        found = bare_extraction(item["html"], url=item["url"], with_metadata=True, include_tables=True)
        if found is None or not found.date or len(found.text or "") < LEAST_CHARS:
            return item
        row = (
            item["url"],
            found.title or "",
            json.dumps([found.author] if found.author else []),
            found.date,
            found.text,
        )
        if self.db.execute("INSERT OR IGNORE INTO post VALUES (?, ?, ?, ?, ?)", row).rowcount:
            self.db.execute("INSERT INTO post_fts VALUES (?, ?)", (found.title or "", found.text))
        self.waiting += 1
        if self.waiting % 32 == 0:
            self.db.commit()
        return item

    def close_spider(self) -> None:
        self.db.commit()
        self.db.close()
