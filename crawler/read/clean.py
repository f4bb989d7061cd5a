"""What is no part of a post, taken out of the tree before anything looks for the text."""

from __future__ import annotations

import re

from crawler.read.containers import is_named
from crawler.read.tree import HEADINGS, Element, drop, is_longer, search, tokens

_ALWAYS = (
    "script", "style", "link", "template", "button", "input", "select", "option", "textarea", "iframe", "object",
    "embed", "canvas", "svg",
    "audio", "video", "noscript", "nav", "dialog", "d-bibliography", "d-citation-list", "d-footnote-list",
    "dt-bibliography", "meta", "progress", "map", "area",
    "d-contents", "d-front-matter", "frameset", "applet", "label", "datalist", "optgroup",
)  # fmt: skip

# One class or id of its own: as good as a label
_LABELS = frozenset(
    [
        "toc",
        "table-of-contents",
        "markdown-toc",
        "toc-container",
        "toc-wrapper",
        "toc_container",
        "ez-toc-container",
        "wp-block-table-of-contents",
        "tableofcontents",
        "post-toc",
        "article-toc",
        "toc-article",
        "bd-toc",
        "sidebar-toc",
        "quarto-sidebar",
        "quarto-margin-sidebar",
        "nav-toc",
        "toctree-wrapper",
        "tocbot",
        "toc-content",
        "details-toc",
        "share",
        "sharing",
        "social-share",
        "share-buttons",
        "share-links",
        "post-share",
        "social-sharing",
        "addthis_toolbox",
        "addtoany_share_save_container",
        "sharedaddy",
        "sharing-buttons",
        "jp-relatedposts",
        "social",
        "share-icons",
        "article-share",
        "share-component",
        "bshare-custom",
        "bdsharebuttonbox",
        "social-links",
        "post-sharing",
        "related",
        "related-posts",
        "related-articles",
        "related-post",
        "relatedposts",
        "recommended-posts",
        "post-related",
        "read-next",
        "readnext",
        "read-next-feed",
        "comments",
        "comment-list",
        "comment-respond",
        "respond",
        "disqus_thread",
        "utterances",
        "giscus",
        "gitalk-container",
        "gitalk",
        "vcomments",
        "valine",
        "waline",
        "twikoo-wrap",
        "comments-area",
        "comment-section",
        "post-comments",
        "post-comment",
        "page__comments",
        "cusdis_thread",
        "isso-thread",
        "remark42",
        "gitment-container",
        "livere",
        "lv-container",
        "commentlist",
        "breadcrumb",
        "breadcrumbs",
        "crumbs",
        "crumb",
        "quarto-title-breadcrumbs",
        "pagination",
        "paginator",
        "pager",
        "post-nav",
        "post-navigation",
        "nav-links",
        "page-nav",
        "post-pagination",
        "article-nav",
        "nav-page",
        "paginav",
        "prev-next",
        "nav-previous",
        "nav-next",
        "nav-below",
        "nav-above",
        "post-prevnext",
        "next-prev",
        "article-navigation",
        "copyright",
        "post-copyright",
        "license",
        "licence",
        "cc-license",
        "article-copyright",
        "post-license",
        "creative-commons",
        "post-copyright-info",
        "license-box",
        "article-license",
        "footer",
        "site-footer",
        "page-footer",
        "colophon",
        "post-footer",
        "entry-footer",
        "article-footer",
        "post-meta",
        "entry-meta",
        "article-meta",
        "post-info",
        "post-header-meta",
        "page__meta",
        "byline",
        "post-byline",
        "post-tags",
        "tags",
        "tag-list",
        "tag-links",
        "entry-tags",
        "post-categories",
        "cat-links",
        "article-tags",
        "post_tags",
        "tagcloud",
        "post-author",
        "author-box",
        "author-bio",
        "author-info",
        "about-author",
        "author-card",
        "post-reward",
        "reward",
        "reward-container",
        "donate",
        "sidebar",
        "site-header",
        "navbar",
        "site-nav",
        "masthead",
        "skip-link",
        "skip-links",
        "screen-reader-text",
        "sr-only",
        "visually-hidden",
        "visuallyhidden",
        "cookie-notice",
        "cookie-banner",
        "cookie-consent",
        "cookieconsent",
        "gdpr",
        "newsletter",
        "newsletter-form",
        "subscribe",
        "subscribe-form",
        "subscription",
        "mc_embed_signup",
        "mailchimp",
        "signup-form",
        "headerlink",
        "header-link",
        "header-anchor",
        "anchor-link",
        "anchorjs-link",
        "octicon-link",
        "permalink",
        "heading-anchor",
        "hash-link",
        "headline-link",
        "direct-link",
        "mw-editsection",
        "reading-time",
        "word-count",
        "post-edit",
        "edit-this-page",
        "edit-link",
        "edit_page",
        "github-edit",
        "quarto-code-tools",
        "code-copy-button",
        "copy-button",
        "adsbygoogle",
        "ad-container",
        "advertisement",
        "google-auto-placed",
        "announcement-bar",
        "back-to-top",
        "backtotop",
        "wp-block-buttons",
        "noprint",
        "no-print",
        "toc-actions",
        "quarto-appendix-bibtex",
        "citation-appendix",
        "quarto-reuse",
        "quarto-alternate-formats",
        "quarto-other-links",
        "quarto-page-breadcrumbs",
        "jp-inputprompt",
        "jp-outputprompt",
        "jp-inputareaprompt",
        "prompt",
        "input_prompt",
        "output_prompt",
        "jp-cell-prompt",
        "wp-post-navigation",
        "pagenavigation",
        "entry-navigation",
        "post-edit-link",
        "yarpp-related",
        "crp_related",
        "wp_rp_wrap",
        "article-sharing",
        "previous-next",
        "popular-posts",
        "post-like",
        "post-ratings",
        "wpulike",
        "sociable",
        "sfsi_widget",
        "heateor_sss_sharing_container",
        "ssba",
        "ssba-wrap",
        "taxonomies",
        "kommentare",
        "rec-posts",
        "article_comment",
    ]
)
_PATTERN = re.compile(
    r" (?:[a-z]+[-_])*(?:related|recommend(?:ed)?|recirc\w*|share|sharing|social|newsletter|subscri\w+|"
    r"breadcrumbs?|cookie\w*|consent|comments?|disqus|"
    r"paginat\w+|sidebar|promo\w*|sponsor\w*|advert\w*|copyright|licen[cs]e|reward|toc)(?:[-_](?:box|list|"
    r"block|container|wrap\w*|area|section|widget|module|panel|bar|"
    r"buttons?|icons?|links?|posts?|articles?|content|nav|form|footer|header|inner|title|items?|info|"
    r"notice|banner|meta|tools|rules|stor(?:y|ies)))+ |"
    r" (?:[a-z]+[-_]+)*paywall(?:[-_]+[a-z]+)* "
)
_is_widget = search(_PATTERN)
_PAYWALL = re.compile(r" paywall ")  # on a paragraph it says that the text is behind one, and here is the text
_ROLES = frozenset(
    (
        "navigation",
        "banner",
        "contentinfo",
        "search",
        "complementary",
        "dialog",
        "alert",
        "toolbar",
        "menu",
        "tablist",
        "doc-toc",
    )
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]")
_TOC_HEADING = re.compile(
    r"\W*(?:table of )?contents?(?: of this (?:post|page))?\W*|\W*on this page\W*|\W*目\s*录\W*|\W*目次\W*|"
    r"\W*목차\W*|\W*indice\W*|\W*inhalt(?:sverzeichnis)?\W*",
    re.I,
)
_ANCHOR = re.compile(r"[#¶§🔗⚓︎\s\u200b\u2003]*|permalink|link to heading|anchor", re.I)
_COMMENTS = re.compile(r" (?:[a-z]+[-_])*(?:comments?|disqus\w*|giscus|utterances)(?:[-_]\w+)* ")


def _share(element: Element, total: int) -> float:
    return sum(map(len, element.itertext())) / total if total else 0.0


def clean(root: Element) -> None:
    """Drop scripts, widgets, navigation, share bars, comments, tables of contents, licence boxes and other chrome."""
    for element in list(root.iter(*_ALWAYS)):
        if element.tag == "label" and element.find(".//p") is not None:
            continue
        if element.tag == "noscript" and len(element) and element.find(".//p") is not None and _is_all(element, root):
            element.drop_tag()
            continue
        drop(element)
    total = sum(map(len, root.itertext()))
    for element in list(root.iter()):
        if (
            not isinstance(element.tag, str)
            or element.getparent() is None
            or element.tag in ("html", "body", "article", "main", "pre", "code", "td", "tr", "tbody")
        ):
            continue
        if _is_chrome(element, total):
            drop(element)
    _drop_contents(root)
    _drop_anchors(root)


def _is_all(element: Element, root: Element) -> bool:
    """A page whose text is in <noscript> alone."""
    return sum(map(len, element.itertext())) > 0.6 * sum(map(len, root.itertext()))


def _is_chrome(element: Element, total: int) -> bool:
    names = tokens(element)
    if element.tag == "section" and element.get("id"):
        names = f" {(element.get('class') or '').lower()} "  # Pandoc and Sphinx name sections after their headings
    if names != "  " and (not _LABELS.isdisjoint(names.split()) or _is_widget(names)):
        # A name on the whole page's frame says nothing; and a heading named "copyright" is a heading
        comments = _COMMENTS.search(names) is not None
        if element.tag in HEADINGS or _share(element, total) >= (0.6 if comments else 0.3):
            return False
        return comments or not (_is_prose(element) or (element.tag == "p" and _PAYWALL.search(names)))
    role = element.get("role")
    if role in _ROLES and _share(element, total) < 0.3:
        return True
    if element.get("aria-hidden") == "true" and element.tag != "p" and element.find(".//img") is None:
        return _share(element, total) < 0.1
    style = element.get("style")
    if (style and _HIDDEN.search(style)) or element.get("hidden") is not None:
        # Tabs and folded answers are hidden until asked for; they are text all the same
        if re.search(r"tab|panel|collapse|fold|details|accordion|answer|solution|spoiler", names + (role or "")):
            return False
        holds = element.find(".//pre") is not None or element.find(".//table") is not None
        return _share(element, total) < 0.1 and not (holds and any(is_named(a) for a in element.iterancestors()))
    return False


def _is_prose(element: Element) -> bool:
    """Whether three long paragraphs say that an element named after a button is the text that the button is for."""
    return sum(len("".join(p.itertext())) >= 160 and p.find(".//a") is None for p in element.iter("p")) >= 3


def _drop_contents(root: Element) -> None:
    """A heading "Contents" followed by a list of links into the page itself, and such a list at the top without one."""
    for heading in list(root.iter("h1", "h2", "h3", "h4", "h5", "p", "summary", "strong", "div", "span")):
        if len(heading) > 2 or heading.getparent() is None or is_longer(heading, 300):
            continue
        text = "".join(heading.itertext()).strip()
        if not text or len(text) > 30 or not _TOC_HEADING.fullmatch(text):
            continue
        place = heading
        while (
            place.getnext() is None
            and place.getparent() is not None
            and place.getparent().tag not in ("body", "article", "main")
        ):
            place = place.getparent()
            if len("".join(place.itertext()).strip()) > len(text):
                break
        following = place.getnext()
        for candidate in (place, following):
            if candidate is not None and _is_contents(candidate):
                drop(candidate)
                if heading.getparent() is not None:
                    drop(heading)
                break
    for listing in list(root.iter("ul", "ol")):
        if listing.getparent() is not None and _is_contents(listing) and len(list(listing.iter("a"))) >= 3:
            drop(listing)


def _is_contents(element: Element) -> bool:
    """Whether an element is links to places in the page, and little else."""
    links = list(element.iter("a"))
    if len(links) < 2:
        return False
    local = [
        a
        for a in links
        if (a.get("href") or "").startswith("#") and not re.match(r"#(?:fn|cite|ref|bib|footnote)", a.get("href") or "")
    ]
    text = len("".join(element.itertext()).strip())
    return len(local) >= 0.9 * len(links) and sum(len("".join(a.itertext()).strip()) for a in local) >= 0.7 * text


def _drop_anchors(root: Element) -> None:
    """The "#" and "¶" beside headings."""
    for heading in root.iter(*HEADINGS):
        for link in list(heading.iter("a")):
            if _ANCHOR.fullmatch("".join(link.itertext()).strip()) and link.find(".//img") is None:
                drop(link)
