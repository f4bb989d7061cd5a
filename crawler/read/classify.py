"""Whether a page is a post, and why: evidence for and against, added up. No host is named here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from crawler import shapes, urls
from crawler.read.content import Content
from crawler.read.facts import Facts
from crawler.read.head import Head
from crawler.read.looks import Looks
from crawler.read.walls import MISSING
from crawler.types import Blog, Hint, PageKind

_LISTING_TITLE = re.compile(
    r"^\W*(?:(?:all )?(?:posts|articles|entries|tags?|categor(?:y|ies)|archives?|series|topics?|authors?|"
    r"projects|publications|search|blog)|标签|分类|归档|文章|目录|所有文章|标签云|태그|카테고리)\s*(?:[:：|·–—-].*)?$"
    r"|\b(?:tag|category|author)\s*[:：]|(?:tagged|archive of|archives? for|posts by|posts tagged|articles "
    r"by|articles tagged)\b|page \d+|第\s*\d+\s*页|^\d{4}年?(?:\s*\d{1,2}月?)?$",
    re.I,
)
_ABOUT = re.compile(
    r"^\W*(?:about(?: me| us| this\b.*)?|contact(?: me| us)?|cv|résumé|resume|curriculum vitae|privacy "
    r"policy|imprint|friends?|links?|关于(?:我|本站)?|友链|友情链接|留言板?|home|search|subscribe|tags|projects|"
    r"publications|소개)\W*$",
    re.I,
)
_LIST_CLASS = re.compile(
    r" (?:[a-z]+[-_])*(?:post|entry|article|archive|blog)[-_]?(?:list|listing|feed|archive|archives|index|"
    r"items?|cards?|grid|summary|preview|excerpt|timeline)(?:[-_]\w+)* | h-feed | archive | archives | "
    r"posts-collapse | quarto-listing | tag-cloud | tagcloud "
)
_DEMO = re.compile(
    r"/(?:demos?|examples?|lib|libs|vendor|assets?|static|embed|dist|plugins?|node_modules|"
    r"bower_components|js|css|src|test|tests|vis|widgets?|slides?|video|videos|templates?|md_editor)(?:/|"
    r"$)",
    re.I,
)
_DATED_PATH = re.compile(r"/(?:19|20)\d\d[/-]\d{1,2}[/-]\d{1,2}[/-][^/]+")
_PAGER = re.compile(r"/(?:index|page|p)[-_]?\d+(?:\.html?)?/?$|/page/\d+/?(?:index\.html)?$")
_BODY_KIND = re.compile(
    r" (?:home|blog|archive|category|tag|author|search|search-results|error404|paged|page-template\S*|"
    r"list|index|taxonomy|term)(?: |$)"
)
_POST_BODY = re.compile(
    r" (?:single|single-post|post-template\S*|post|postid-\d+|article|kind-page|post-page|layout-post) "
)

_ERROR_PATH = re.compile(r"/404(?:\.html?|/|$)")
_POST_PATH = re.compile(
    r"/(?:19|20)\d\d[/-]\d{1,2}[/-]|/(?:posts?|blog|articles?|p|notes?|tutorials?|essays?|"
    r"writing)/[^/]+/?[^/]*$|/(?:19|20)\d\d[-/]"
)


@dataclass(slots=True)
class Evidence:
    """What the page shows, before and after its text was read."""

    score: float = 0.0
    reasons: list[str] = field(default_factory=list)

    def add(self, points: float, reason: str) -> None:
        self.score += points
        self.reasons.append(f"{reason} {points:+.1f}")


def is_home(url: str, blog: Blog, hint: Hint | None) -> bool:
    """Whether a URL is the blog's front page, or the host's."""
    if urlsplit(url).path in ("", "/", "/index.html"):
        return True
    return urls.key(url) == urls.key(blog.url) and not (hint is not None and hint.in_feed)


def names_a_list(url: str, blog: Blog, hint: Hint | None) -> str | None:
    """The reason why a URL alone says that its page is a list, unless a feed or the blog's habits say otherwise."""
    guess = shapes.guess(url)
    if (hint is not None and hint.in_feed) or (
        guess != "never" and blog.patterns and shapes.matches(url, blog.patterns)
    ):
        return None
    if guess == "list":
        return "URL names a tag, a category or an author"
    if guess == "archive" or _PAGER.search(urlsplit(url).path):
        return "URL names an archive"
    return "URL names no page of a blog" if guess == "never" else None


def classify(
    url: str, blog: Blog, hint: Hint | None, head: Head, looks: Looks, facts: Facts, content: Content, n_words: int
) -> tuple[PageKind, list[str]]:
    """The kind of a page and the reasons, strongest evidence first."""
    path = unquote(urlsplit(url).path)
    if (none := _is_none(path, hint, looks, facts, content, n_words)) is not None:
        return none
    e = Evidence()
    _by_lists(e, url, blog, hint)
    _by_address(e, path, shapes.guess(url))
    _by_facts(e, head, facts)
    _by_looks(e, looks, n_words)
    _by_text(e, content, n_words)
    reasons = sorted(e.reasons, key=lambda r: -abs(float(r.rsplit(" ", 1)[1])))
    if e.score >= 1.0:
        return "post", reasons
    listed = (
        shapes.guess(url) in ("list", "archive")
        or content.link_share > 0.4
        or looks.list_links >= 3
        or _LISTING_TITLE.search(facts.title)
    )
    return ("list" if listed else "other"), reasons


def _is_none(
    path: str, hint: Hint | None, looks: Looks, facts: Facts, content: Content, n_words: int
) -> tuple[PageKind, list[str]] | None:
    """What a page without a text is: one that says that it is missing, or next to nothing."""
    in_feed = hint is not None and hint.in_feed
    if (MISSING.search(facts.title) and n_words < 400 and not in_feed) or _ERROR_PATH.search(path):
        return "error", [f'says that it is missing: "{facts.title[:60]}"']
    # A few words are a post where the program that made the page says so, or where code or links are the rest
    brief = _is_single(looks) or (
        facts.published and (content.link_share > 0.8 or content.technical or _DATED_PATH.search(path))
    )
    if n_words < 2 or (n_words < 15 and not brief):
        return "thin", [f"{n_words} words of text"]
    return None


def _is_single(looks: Looks) -> bool:
    """Whether WordPress says that the page is one post."""
    return " single-post " in looks.body


def _by_lists(e: Evidence, url: str, blog: Blog, hint: Hint | None) -> None:
    """What feeds, sitemaps and the blog's other posts say."""
    if hint is not None and hint.in_feed:
        e.add(3.0, "in the blog's feed")
    if hint is not None and hint.published:
        e.add(0.5, "dated by a feed or list")
    if blog.patterns and shapes.matches(url, blog.patterns):
        e.add(1.5, "URL has the shape of the blog's posts")
    if hint is not None and hint.in_sitemap:
        e.add(0.3, "in the sitemap")


def _by_address(e: Evidence, path: str, guess: shapes.Guess) -> None:
    """What the words of the URL say."""
    if guess == "list":
        e.add(-4.0, "URL names a tag, a category or an author")
    elif guess == "archive" or _PAGER.search(path):
        e.add(-3.0, "URL names an archive")
    elif guess == "aside":
        e.add(-2.5, "URL names a page about the blog")
    elif guess == "never":
        e.add(-3.0, "URL names no page")
    if _POST_PATH.search(path):
        e.add(1.0, "URL has the form of a post")
    if _DEMO.search(path):
        e.add(-2.0, "URL names a demo or a library")


def _by_facts(e: Evidence, head: Head, facts: Facts) -> None:
    """What title, day and the page's words for machines say."""
    if _LISTING_TITLE.search(facts.title):
        e.add(-2.0, "title of a list")
    if _ABOUT.match(facts.title):
        e.add(-2.0, "title of a page about the blog")
    if facts.published:
        e.add(1.5, "dated")
    kinds = set(head.kinds)
    if kinds & {"BlogPosting", "Article", "NewsArticle", "TechArticle", "ScholarlyArticle"}:
        e.add(1.0, "JSON-LD says article")
    if kinds & {"CollectionPage", "ProfilePage", "SearchResultsPage"}:
        e.add(-2.0, "JSON-LD says list")
    og = head.first("og:type").lower()
    if og == "article":
        e.add(0.4, "og:type article")
    elif og in ("website", "blog", "profile"):
        e.add(-0.4, f"og:type {og}")
    if head.first("article:published_time", "citation_publication_date") or head.front:
        e.add(0.8, "meta names a day of publication")


def _by_looks(e: Evidence, looks: Looks, n_words: int) -> None:
    """What the page's frame shows."""
    if _BODY_KIND.search(looks.body) and not _POST_BODY.search(looks.body):
        e.add(-1.5, "body is of class list")
    elif _is_single(looks):
        e.add(2.0, "WordPress says that it is a single post")
    elif _POST_BODY.search(looks.body):
        e.add(1.0, "body is of class post")
    if looks.articles >= 3 and looks.list_links >= 3:
        e.add(-3.0, f"{looks.articles} articles side by side")
    elif looks.list_links >= 10 and looks.list_links > 0.03 * n_words:
        e.add(-4.0, f"{looks.list_links} headings that are links, and little else")
    elif looks.list_links >= 4 and looks.list_links > 0.02 * n_words:
        e.add(-2.0, f"{looks.list_links} headings that are links")
    if looks.times >= 5 and n_words < 150 * looks.times:
        e.add(-1.5, f"{looks.times} dates in the page")
    if looks.comments:
        e.add(0.5, "has room for comments")


def _by_text(e: Evidence, content: Content, n_words: int) -> None:
    """What the main text is made of."""
    if content.technical:
        e.add(0.5, "has code, formulas or figures")
    if n_words >= 800:
        e.add(1.4, f"{n_words} words")
    elif n_words >= 300:
        e.add(1.0, f"{n_words} words")
    elif n_words < 60:
        e.add(-1.0, f"{n_words} words")
    if content.own_link_share > 0.4:
        e.add(-3.0, f"{content.own_link_share:.0%} of the text is links into the blog")
    elif content.link_share > 0.6:
        e.add(-1.0, f"{content.link_share:.0%} of the text is links")
