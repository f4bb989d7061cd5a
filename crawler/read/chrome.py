"""The names and marks by which a page's own widgets are told from its text: share bars, comments, licence boxes."""

from __future__ import annotations

import re

from crawler.read.containers import is_named
from crawler.read.tree import HEADINGS, Element, search, tokens

# One class or id of its own: as good as a label
_LABELS = frozenset((
    "toc", "table-of-contents", "markdown-toc", "toc-container", "toc-wrapper", "toc_container", "ez-toc-container",
    "wp-block-table-of-contents", "tableofcontents", "post-toc", "article-toc", "toc-article", "bd-toc",
    "sidebar-toc", "quarto-sidebar", "quarto-margin-sidebar", "nav-toc", "toctree-wrapper", "tocbot", "toc-content",
    "details-toc", "share", "sharing", "social-share", "share-buttons", "share-links", "post-share",
    "social-sharing", "addthis_toolbox", "addtoany_share_save_container", "sharedaddy", "sharing-buttons",
    "jp-relatedposts", "social", "share-icons", "article-share", "share-component", "bshare-custom",
    "bdsharebuttonbox", "social-links", "post-sharing", "related", "related-posts", "related-articles",
    "related-post", "relatedposts", "recommended-posts", "post-related", "read-next", "readnext", "read-next-feed",
    "comments", "comment-list", "comment-respond", "respond", "disqus_thread", "utterances", "giscus",
    "gitalk-container", "gitalk", "vcomments", "valine", "waline", "twikoo-wrap", "comments-area",
    "comment-section", "post-comments", "post-comment", "page__comments", "cusdis_thread", "isso-thread",
    "remark42", "gitment-container", "livere", "lv-container", "commentlist", "breadcrumb", "breadcrumbs", "crumbs",
    "crumb", "quarto-title-breadcrumbs", "pagination", "paginator", "pager", "post-nav", "post-navigation",
    "nav-links", "page-nav", "post-pagination", "article-nav", "nav-page", "paginav", "prev-next", "nav-previous",
    "nav-next", "nav-below", "nav-above", "post-prevnext", "next-prev", "article-navigation", "copyright",
    "post-copyright", "license", "licence", "cc-license", "article-copyright", "post-license", "creative-commons",
    "post-copyright-info", "license-box", "article-license", "footer", "site-footer", "page-footer", "colophon",
    "post-footer", "entry-footer", "article-footer", "post-meta", "entry-meta", "article-meta", "post-info",
    "post-header-meta", "page__meta", "byline", "post-byline", "post-tags", "tags", "tag-list", "tag-links",
    "entry-tags", "post-categories", "cat-links", "article-tags", "post_tags", "tagcloud", "post-author",
    "author-box", "author-bio", "author-info", "about-author", "author-card", "post-reward", "reward",
    "reward-container", "donate", "sidebar", "site-header", "navbar", "site-nav", "masthead", "skip-link",
    "skip-links", "screen-reader-text", "sr-only", "visually-hidden", "visuallyhidden", "cookie-notice",
    "cookie-banner", "cookie-consent", "cookieconsent", "gdpr", "newsletter", "newsletter-form", "subscribe",
    "subscribe-form", "subscription", "mc_embed_signup", "mailchimp", "signup-form", "headerlink", "header-link",
    "header-anchor", "anchor-link", "anchorjs-link", "octicon-link", "permalink", "heading-anchor", "hash-link",
    "headline-link", "direct-link", "mw-editsection", "reading-time", "word-count", "post-edit", "edit-this-page",
    "edit-link", "edit_page", "github-edit", "quarto-code-tools", "code-copy-button", "copy-button", "adsbygoogle",
    "ad-container", "advertisement", "google-auto-placed", "announcement-bar", "back-to-top", "backtotop",
    "wp-block-buttons", "noprint", "no-print", "toc-actions", "quarto-appendix-bibtex", "citation-appendix",
    "quarto-reuse", "quarto-alternate-formats", "quarto-other-links", "quarto-page-breadcrumbs", "jp-inputprompt",
    "jp-outputprompt", "jp-inputareaprompt", "prompt", "input_prompt", "output_prompt", "jp-cell-prompt",
    "wp-post-navigation", "pagenavigation", "entry-navigation", "post-edit-link", "yarpp-related", "crp_related",
    "wp_rp_wrap", "article-sharing", "previous-next", "popular-posts", "post-like", "post-ratings", "wpulike",
    "sociable", "sfsi_widget", "heateor_sss_sharing_container", "ssba", "ssba-wrap", "taxonomies", "kommentare",
    "rec-posts", "article_comment", "quarto-categories", "quarto-title-meta", "author_blurb", "author-blurb",
    "author_bio", "author_box",
))  # fmt: skip
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
_ROLES = frozenset((
    "navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alert", "toolbar", "menu", "tablist",
    "doc-toc",
))  # fmt: skip
_SIDES = frozenset(("side", "sidebar", "side-bar", "nav", "menu", "navigation", "navbar", "leftnav", "sidemenu"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]")
# Tabs and folded answers are hidden until asked for; they are text all the same
_FOLDED = re.compile(r"tab|panel|collapse|fold|details|accordion|answer|solution|spoiler")
_COMMENTS = re.compile(r" (?:[a-z]+[-_])*(?:comments?|disqus\w*|giscus|utterances)(?:[-_]\w+)* ")


def is_chrome(element: Element, total: int) -> bool:
    """Whether an element is a widget and no text; `total` is the number of characters in the page."""
    names = tokens(element)
    if element.tag == "section" and element.get("id"):
        names = f" {(element.get('class') or '').lower()} "  # Pandoc and Sphinx name sections after their headings
    if names != "  " and (not _LABELS.isdisjoint(names.split()) or _is_widget(names)):
        return _is_what_it_is_named(element, names, total)
    role = element.get("role")
    if role in _ROLES and _share(element, total) < 0.3:
        return True
    if element.get("aria-hidden") == "true" and element.tag != "p" and element.find(".//img") is None:
        return _share(element, total) < 0.1
    style = element.get("style")
    if (style and _HIDDEN.search(style)) or element.get("hidden") is not None:
        return not _FOLDED.search(names + (role or "")) and _is_unseen(element, total)
    return False


def is_side(cell: Element, total: int) -> bool:
    """Whether a cell of a table for layout is the column beside the text, by its name."""
    return not _SIDES.isdisjoint(tokens(cell).split()) and _share(cell, total) < 0.3 and not _is_prose(cell)


def _is_what_it_is_named(element: Element, names: str, total: int) -> bool:
    """A name on the whole page's frame says nothing; and a heading named "copyright" is a heading."""
    comments = _COMMENTS.search(names) is not None
    if element.tag in HEADINGS or _share(element, total) >= (0.6 if comments else 0.3):
        return False
    return comments or not (_is_prose(element) or (element.tag == "p" and _PAYWALL.search(names)))


def _is_unseen(element: Element, total: int) -> bool:
    """Whether a hidden element is no part of the text: little, and no code or table of the post."""
    holds = element.find(".//pre") is not None or element.find(".//table") is not None
    return _share(element, total) < 0.1 and not (holds and any(is_named(a) for a in element.iterancestors()))


def _is_prose(element: Element) -> bool:
    """Whether three long paragraphs say that an element named after a button is the text that the button is for."""
    return sum(len("".join(p.itertext())) >= 160 and p.find(".//a") is None for p in element.iter("p")) >= 3


def _share(element: Element, total: int) -> float:
    return sum(map(len, element.itertext())) / total if total else 0.0
