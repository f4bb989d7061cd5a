"""Whether a page is a post, and why: evidence for and against, added up. No host is named here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from crawler import shapes, urls
from crawler.read.content import Content
from crawler.read.facts import Facts
from crawler.read.head import Head
from crawler.read.tree import Element, tokens, words
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


@dataclass(slots=True)
class Evidence:
    """What the page shows, before and after its text was read."""

    score: float = 0.0
    reasons: list[str] = field(default_factory=list)

    def add(self, points: float, reason: str) -> None:
        self.score += points
        self.reasons.append(f"{reason} {points:+.1f}")


@dataclass(frozen=True, slots=True)
class Looks:
    """Counts over the page's tree, taken while it is whole."""

    articles: int = 0  # <article> elements that stand beside each other
    list_links: int = 0  # headings and dated rows that are links to other pages of the site
    times: int = 0
    own_title_linked: bool = False  # the main heading links to another page
    has_next: bool = False
    comments: bool = False
    body: str = "  "
    redirect: str | None = None


def looks_of(root: Element, url: str) -> Looks:
    """Count what tells lists from posts."""
    body = root.find("body")
    if body is None:
        return Looks()
    articles = [a for a in body.iter("article") if not any(p.tag == "article" for p in a.iterancestors())]
    own = urls.key(url)
    linked = 0
    for heading in body.iter("h1", "h2", "h3", "h4"):
        link = next((a for a in heading.iter("a") if a.get("href") and not a.get("href").startswith("#")), None)
        if link is None or len(words(heading)) > 1.3 * len(words(link)) + 6 or not words(link):
            continue
        target = urls.crawlable(link.get("href"), url)
        if target and urls.key(target) != own and urls.same_site(target, [urls.host(url)]):
            linked += 1
    times = sum(1 for t in body.iter("time") if not any("comment" in tokens(a) for a in t.iterancestors()))
    rels = {r for e in body.iter("a") for r in (e.get("rel") or "").split()}
    comments = any(
        re.search(
            r" (?:disqus_thread|giscus|utterances|gitalk\S*|comments?|valine|waline|vcomments|twikoo\S*) ", tokens(e)
        )
        for e in body.iter("div", "section")
    )
    return Looks(len(articles), linked, times, False, "next" in rels or "prev" in rels, comments, tokens(body))


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
    e = Evidence()
    path = unquote(urlsplit(url).path)
    guess = shapes.guess(url)
    title, published = facts.title, facts.published
    link_share, own_links = content.link_share, content.own_link_share
    in_feed = hint is not None and hint.in_feed
    if (MISSING.search(title) and n_words < 400 and not in_feed) or re.search(r"/404(?:\.html?|/|$)", path):
        return "error", [f'says that it is missing: "{title[:60]}"']
    # A few words are a post where the program that made the page says so, or where code or links are the rest
    single = " single-post " in looks.body
    brief = single or (published and (link_share > 0.8 or content.technical or _DATED_PATH.search(path)))
    if n_words < 2 or (n_words < 15 and not brief):
        return "thin", [f"{n_words} words of text"]
    if in_feed:
        e.add(3.0, "in the blog's feed")
    if hint is not None and hint.published:
        e.add(0.5, "dated by a feed or list")
    if blog.patterns and shapes.matches(url, blog.patterns):
        e.add(1.5, "URL has the shape of the blog's posts")
    if guess == "list":
        e.add(-4.0, "URL names a tag, a category or an author")
    elif guess == "archive" or _PAGER.search(path):
        e.add(-3.0, "URL names an archive")
    elif guess == "aside":
        e.add(-2.5, "URL names a page about the blog")
    elif guess == "never":
        e.add(-3.0, "URL names no page")
    if re.search(
        r"/(?:19|20)\d\d[/-]\d{1,2}[/-]|/(?:posts?|blog|articles?|p|notes?|tutorials?|essays?|"
        r"writing)/[^/]+/?[^/]*$|/(?:19|20)\d\d[-/]",
        path,
    ):
        e.add(1.0, "URL has the form of a post")
    if _DEMO.search(path):
        e.add(-2.0, "URL names a demo or a library")
    if _LISTING_TITLE.search(title):
        e.add(-2.0, "title of a list")
    if _ABOUT.match(title):
        e.add(-2.0, "title of a page about the blog")
    if published:
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
    if _BODY_KIND.search(looks.body) and not _POST_BODY.search(looks.body):
        e.add(-1.5, "body is of class list")
    elif single:
        e.add(2.0, "WordPress says that it is a single post")
    elif _POST_BODY.search(looks.body):
        e.add(1.0, "body is of class post")
    if looks.articles >= 3 and looks.list_links >= 3:
        e.add(-3.0, f"{looks.articles} articles side by side")
    elif looks.list_links >= 4 and looks.list_links > 0.02 * n_words:
        e.add(-2.0, f"{looks.list_links} headings that are links")
    if looks.times >= 5 and n_words < 150 * looks.times:
        e.add(-1.5, f"{looks.times} dates in the page")
    if looks.comments:
        e.add(0.5, "has room for comments")
    if hint is not None and hint.in_sitemap:
        e.add(0.3, "in the sitemap")
    if content.technical:
        e.add(0.5, "has code, formulas or figures")
    if n_words >= 800:
        e.add(1.4, f"{n_words} words")
    elif n_words >= 300:
        e.add(1.0, f"{n_words} words")
    elif n_words < 60:
        e.add(-1.0, f"{n_words} words")
    if own_links > 0.4:
        e.add(-3.0, f"{own_links:.0%} of the text is links into the blog")
    elif link_share > 0.6:
        e.add(-1.0, f"{link_share:.0%} of the text is links")
    reasons = sorted(e.reasons, key=lambda r: -abs(float(r.rsplit(" ", 1)[1])))
    if e.score >= 1.0:
        return "post", reasons
    kind: PageKind = (
        "list"
        if guess in ("list", "archive") or link_share > 0.4 or looks.list_links >= 3 or _LISTING_TITLE.search(title)
        else "other"
    )
    return kind, reasons
