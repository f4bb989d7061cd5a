"""What a URL is and when two are the same: resolving as browsers do (WHATWG, by ada), and the key for comparing.

The URL that is fetched is never rewritten; `canonical` and `key` are for comparing alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit, urlunsplit

MAX_CHARS = 8_000  # sitemaps allow 2,048, servers seldom more than 8,190; data: and broken links run to megabytes
_BLANK = " \t\r\n\f\0"
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_PLAIN_HOST = re.compile(r"https?://([a-zA-Z0-9.-]+)(?=[/?#]|$)")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|xhtml)$", re.I)
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
# What the sender of a link adds to see who followed it; names as miniflux, Firefox and ClearURLs know them
_TRACKING = re.compile(
    r"(?:utm_\w+|mtm_\w+|pk_\w+|piwik_\w+|matomo_\w+|hsa_\w+|_hs\w+|__hs\w+|hsctatracking|fbclid|gclid|gclsrc|gbraid|"
    r"wbraid|dclid|msclkid|yclid|ysclid|ttclid|twclid|li_fat_id|igshid|igsh|mc_[ce]id|mkt_tok|oly_(?:anon|enc)_id|"
    r"vero_(?:id|conv)|rb_clickid|s_cid|ml_subscriber(?:_hash)?|_openstat|wickedid|spm|share_source|share_from|"
    r"from_source|fb_(?:action_\w+|ref|source)|ga_\w+|_ga|__s|ss_\w+|sc_(?:channel|campaign|geo|medium|outcome)|"
    r"trk(?:campaign)?|cmpid|ncid|sr_share|guccounter|guce_\w+|at_(?:campaign|medium|custom\w+)|wprov|"
    r"ref_(?:src|url)|_branch_match_id|campaign_(?:id|medium|name)|bsft_\w+|elqtrack\w*|srsltid)",
    re.I,
)
_SESSION = re.compile(r"(?:jsessionid|phpsessid|aspsessionid\w*|sessionid|session_id|sid|cftoken|cfid)", re.I)


def resolve(href: str, base: str | None = None) -> str | None:
    """The absolute URL of a link as a browser would read it (WHATWG URL), or None where it is not valid or too long."""
    import ada_url  # a search, which comes past here, resolves nothing

    if len(href) > MAX_CHARS:
        href = href.strip(_BLANK)
        if len(href) > MAX_CHARS:
            return None
    try:
        url: str = ada_url.join_url(base, href) if base else ada_url.normalize_url(href)
    except (ValueError, UnicodeEncodeError):
        return None
    return url if len(url) <= MAX_CHARS else None


def crawlable(href: str, base: str | None = None) -> str | None:
    """The URL to fetch for a link: http or https, without fragment and without a user's name; None for all else."""
    url = resolve(href, base)
    if url is None or not url.startswith(("http://", "https://")):
        return None
    url = url.partition("#")[0]
    if "@" in url.split("/", 3)[2]:
        parts = urlsplit(url)
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return url


def host(url: str) -> str:
    """The host's name in lower case and ASCII (punycode), without port; "" where there is none."""
    if (plain := _PLAIN_HOST.match(url)) is not None:  # nearly all; a page's links are asked for it several times each
        return plain[1].lower()
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    if not name.isascii():
        absolute = resolve(url)
        name = (urlsplit(absolute).hostname or "") if absolute else ""
    return name


def origin(url: str) -> str:
    """scheme://host[:port], the default port left out."""
    parts = urlsplit(resolve(url) or url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def bare(host_name: str) -> str:
    """A host's name without the `www.` that most sites answer with and without."""
    return host_name.lower().removeprefix("www.")


def same_site(url: str, hosts: Iterable[str]) -> bool:
    """Whether the URL is on one of these hosts; `www.` makes no difference."""
    own = bare(host(url))
    return any(own == bare(name) for name in hosts)


def folder(url: str) -> str:
    """The part of the site that a home page speaks for: its path up to the last slash ("/" for a whole host)."""
    path = urlsplit(url).path or "/"
    last = path.rpartition("/")[2]
    if last and "." not in last:
        return path + "/"  # /blog says as much as /blog/
    return path[: len(path) - len(last)]


def within(url: str, root: str) -> bool:
    """Whether the URL's path lies in the folder `root`, as `folder` gives it."""
    path = urlsplit(url).path or "/"
    return path.startswith(root) or path + "/" == root


def strip_tracking(url: str) -> str:
    """The URL without parameters that only say where a reader came from; all else stays to the letter."""
    head, mark, rest = url.partition("?")
    if not mark:
        return url
    query, hash_mark, fragment = rest.partition("#")
    own = bare(host(url))
    kept = [part for part in query.split("&") if not _tracks(part, own)]
    if len(kept) == len(query.split("&")):
        return url
    return head + ("?" + "&".join(kept) if kept else "") + hash_mark + fragment


def canonical(url: str) -> str | None:
    """The normal form of a URL: escapes, dots, double slashes, order of parameters, tracking; None if it is not one."""
    text = url.strip(_BLANK)
    if not _SCHEME.match(text) or re.match(r"[\w.-]+:\d", text):
        text = "http://" + text.lstrip("/")
    absolute = resolve(text)
    if absolute is None:
        return None
    parts = urlsplit(absolute.partition("#")[0])
    if parts.scheme not in ("http", "https"):
        return absolute
    path = re.sub(r"/{2,}", "/", _escapes(parts.path)) or "/"
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, path, _query(parts.query, bare(parts.netloc)), ""))


def key(url: str) -> str:
    """What the URLs of one page have in common: host without www., path without index.html and last slash, query."""
    normal = canonical(url)
    if normal is None:
        return url
    parts = urlsplit(normal)
    if parts.scheme not in ("http", "https"):
        return normal
    path = re.sub(r"/amp/?$", "", _INDEX.sub("/", parts.path)).rstrip("/")
    netloc = bare(parts.netloc).removesuffix(":443").removesuffix(":80")
    return netloc + path + (f"?{parts.query}" if parts.query else "")


def _tracks(parameter: str, own_host: str) -> bool:
    name, _, value = parameter.partition("=")
    if name.lower() in ("ref", "referrer", "source") and value:
        # Ghost and others add the blog's own host; any other value may select content
        return bare(value) == own_host
    return _TRACKING.fullmatch(name) is not None


def _query(query: str, own_host: str) -> str:
    """Parameters in order of name, without empty, tracking and session ones."""
    kept = []
    for part in query.split("&"):
        name = part.partition("=")[0]
        if name and not _tracks(part, own_host) and not _SESSION.fullmatch(name):
            kept.append(_escapes(part))
    return "&".join(sorted(kept))


def _escapes(text: str) -> str:
    """Percent escapes in one form: unreserved characters plain, the others with capital digits, a lone % escaped."""
    text = re.sub(r"[\^|]", lambda m: f"%{ord(m[0]):02X}", _BAD_ESCAPE.sub("%25", text))
    if "%" not in text:
        return text
    return _ESCAPE.sub(lambda m: chr(code) if (code := int(m[1], 16)) in _UNRESERVED else "%" + m[1].upper(), text)
