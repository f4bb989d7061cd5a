"""What stands where a page's text should be: a login, a check for robots, scripts alone, word that it is missing."""

from __future__ import annotations

import re

from crawler.read.tree import Element, words
from crawler.types import PageKind

MOST_CHARS = 3_000  # of text that a reader sees; a page that shows more holds a text, whatever else it asks for
FEW_CHARS = 250
MISSING = re.compile(
    r"^\W*(?:404|error 404|page not found|not found|oops|找不到|页面不存在|페이지를 찾을 수)|"
    r"\b404\b|page (?:was |could )?not (?:be )?found|页面未找到|seite nicht gefunden|page introuvable|"
    r"pagina non trovata|página no encontrada|ページが見つかりません",
    re.I,
)
_LOGIN = re.compile(
    r"\b(?:log|sign) ?in to (?:continue|read|view|see|access|keep)|"
    r"\bmust (?:be logged|log|sign) ?in to (?:continue|read|view|see|access)|"
    r"\bsubscribe to (?:continue|keep) reading|\bto (?:continue|keep) reading,? (?:please )?(?:log|sign|subscribe)|"
    r"\b(?:post|article|page|content) is (?:only )?(?:for|available to) (?:paying |paid |registered )?"
    r"(?:subscribers|members)|登录后(?:查看|阅读|可见|继续)|请(?:先)?登录|会员(?:专享|可见)|로그인 ?(?:후|이 필요)|"
    r"ログインして|melden sie sich an, um|connectez-vous pour|accedi per (?:leggere|continuare)",
    re.I,
)
_ROBOT = re.compile(
    r"\b(?:verify(?:ing)?|confirm|check(?:ing)?) (?:that )?(?:your browser|you(?: are|'re) "
    r"(?:a |not a )?(?:human|robot))|"
    r"^\W*just a moment\W*$|^\W*attention required|\bcomplete the captcha|安全验证|人机验证",
    re.I | re.M,
)
_NEEDS_SCRIPT = re.compile(
    r"\b(?:enable|activate|requires?|need(?:s)?|turn on|without|allow)\b.{0,40}\bjava ?script\b|启用 ?java ?script|"
    r"java ?script (?:is |to be )?(?:required|disabled|aktivieren)",
    re.I | re.S,
)
_APP = frozenset(
    (
        "root",
        "app",
        "__next",
        "__nuxt",
        "___gatsby",
        "svelte",
        "main-app",
        "app-root",
        "react-root",
        "q-app",
        "docs-app",
    )
)


def barrier(root: Element, title: str, shown: str) -> tuple[PageKind, str] | None:
    """What keeps a reader from the text, as a page's kind and the reason; None where nothing is seen to.

    `shown` is the text that the whole page shows. For pages in which no post was found.
    """
    if len(shown) > MOST_CHARS:
        return None
    for heading in root.iter("h1", "h2"):
        if MISSING.search(text := words(heading)):
            return "error", f'says that it is missing: "{text[:60]}"'
    if match := _LOGIN.search(shown):
        return "wall", f'asks for a login: "{match[0][:60]}"'
    if match := _ROBOT.search(f"{title}\n{shown}"):
        return "wall", f'asks whether the reader is a person: "{match[0].strip()[:60]}"'
    if any((field.get("type") or "").lower() == "password" for field in root.iter("input")):
        return "wall", "asks for a password"
    if len(shown) > FEW_CHARS or root.find(".//script") is None:
        return None
    if any(_NEEDS_SCRIPT.search("".join(note.itertext())) for note in root.iter("noscript")) or _NEEDS_SCRIPT.search(
        shown
    ):
        return "script", "says that it needs scripts"
    empty = next(
        (e.get("id") for e in root.iter("div", "main", "app-root") if e.get("id") in _APP and not words(e)), None
    )
    if empty is not None:
        return "script", f'its "{empty}" is filled by a script'
    if not shown and root.find(".//script[@src]") is not None:
        return "script", "shows nothing without its scripts"
    return None
