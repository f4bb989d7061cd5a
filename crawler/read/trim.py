"""Lines at the edges of a text that belong to the page: its title again, date and author, sharing, copyright."""

from __future__ import annotations

import re
from itertools import islice, pairwise

from crawler.read.pieces import Piece
from crawler.read.title import fold
from crawler.text import plain_inline

_DATE = (
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)\w*,?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\.?\s+)?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?\s+(?:\d{1,2}(?:st|nd|rd|th)?,?\s+)?(?:19|20)\d\d|"
    r"(?:19|20)\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d"
)
_LEADING = re.compile(
    rf"\W*+(?:(?:posted|published|written|created|updated|last updated|last modified|date|"
    rf"发表于|发布于|更新于|创建时间|日期|作者|author|by)\s*(?:on|at|by|in)?\s*[:：]?\s*)?(?:{_DATE})?[\s,|"
    rf"·•–—-]*+(?:\d{{1,2}}:\d\d(?::\d\d)?(?:\s*[ap]m)?)?[\s,|·•–—-]*"
    r"(?:\d+\s*min(?:ute)?s?(?:\s*read)?)?\W*|(?:by|作者[:：])\s+\S+(?:\s\S+){0,3}|"
    rf"(?:posted|published|written|发表于)\s+(?:on\s+)?(?:{_DATE})\s+(?:in|under|to)\s+\S+(?:\s\S+){{0,4}}|"
    rf"(?:(?:posted|published|written) )?(?:by|作者[:：])\s+\S+(?:\s\S+){{0,5}}[\s,.|·•–—-]+(?:on )?(?:{_DATE})\W*|"
    r"\d+\s*min(?:ute)?s?\s+read|(?:reading|estimated) time\b.{0,30}|"
    r"(?:字数|阅读时长|阅读次数|本文字数|阅读量|浏览量).{0,40}|(?:本文|文章)?最[后近](?:更新|修改)[于时].{0,30}|"
    r"(?:文章|本文)?作者\s*[:：]\s*\S{1,20}(?:\s+(?:博客|主页|微信|公众号|邮箱|知乎|github|e-?mail)\s*[:：].{1,80}){0,3}|"
    r"please send (?:me )?(?:comments|feedback|suggestions|corrections)\b.{0,80}",
    re.I,
)
_TRAILING = re.compile(
    r"\W*(?:(?:please )?(?:share|tweet|like|follow|subscribe|sign up|leave a (?:comment|reply)|comments?|"
    r"related|see also|read (?:more|next|also)|more from|you (?:may|might) also like|recommended|"
    r"(?:written|made|maintained|built|powered|hosted) (?:by hand )?(?:by|with)|"
    r"tags?|categories|category|filed under|posted in|tagged|copyright|©|all rights reserved|previous|"
    r"next|prev|(?:earlier|later)(?=:)|older|newer|back to|go to|edit this page|print|email|advertisement|"
    r"permalink|source code for this post|"
    r"本文(?:作者|链接)|版权声明|转载请|原文链接|上一篇|下一篇|相关文章|"
    r"分享|标签|分类|评论|打赏|赞赏|未经许可|扫码|关注)(?:\b|(?<=[\u4e00-\u9fff])).{0,160}|©.{0,120}|"
    r"(?:also, )?feel free to (?:share|follow|subscribe)\b.{0,160}|"
    r"this (?:article|post|page) (?:is|was) (?:part of|filed under)\b.{0,160})",
    re.I,
)
_LICENCE = re.compile(
    r"\W*(?:(?:all |the )?(?:text|content|article|post|work|figure)s?\b|unless |except |this \w+ (?:is|was) )"
    r".{0,100}\blicen[cs]ed under\b.{0,40}\b(?:creative commons|cc[ -]by)\b.{0,240}|"
    r"\W*(?:本|该|所有|除).{0,60}(?:采用|遵循|基于|使用).{0,60}"
    r"(?:cc[ -]by|知识共享|创作共用|署名|creative commons).{0,80}",
    re.I,
)  # the words of a licence box whose element has no name of its own
_ANYWHERE = re.compile(
    r"\W*(?:advertisement|skip to (?:main )?content|continue reading below|story continues below.{0,30}|"
    r"loading(?:\.\.\.|…)?|copy(?: code)?|share this.{0,40}|click to (?:tweet|share).{0,60}|read "
    r"more:.{0,120}|"
    r"related(?: articles?| posts?)?:.{0,120}|table of contents|"
    r"(?:1\.\s*)?toc\s*\{:\s*toc\s*\}|阅读全文|目录|view (?:this )?(?:on|in) "
    r"(?:github|colab|kaggle).{0,20}|open in colab|run in google colab|toggle .{0,20}|show code|hide "
    r"code)\W*",
    re.I,
)


# Headings of what a page offers beside its text, in the languages that the measured pages come in
_ASIDE = re.compile(
    r"\W*(?:see also|read also|related (?:articles?|posts?|stories|links|content|topics?)|recommended "
    r"(?:for you|reading|articles?|posts?)|"
    r"you (?:may|might) (?:also )?(?:like|be interested in)|most (?:read|popular|viewed)|latest (?:news|"
    r"posts|articles|stories)|"
    r"recent (?:posts|comments|articles)|trending(?: now)?|popular posts|more (?:stories|articles|posts|"
    r"news)(?: (?:from|by|on|in) .{1,40})?|more from .{1,40}|read next|"
    r"leave a (?:comment|reply)|(?:latest|neueste) (?:kommentare|comments|beiträge|artikel|nachrichten)|mehr zum thema|"
    r"das könnte (?:sie|dich|euch) (?:auch )?interessieren|lesen sie (?:auch|mehr|weiter)|meistgelesen|"
    r"ähnliche (?:artikel|beiträge)|"
    r"weitere (?:artikel|beiträge|themen|meldungen)|(?:articles? )?les plus lus|(?:à )?lire aussi|"
    r"articles (?:similaires|liés)|"
    r"leggi anche|articoli correlati|potrebbe interessarti.{0,20}|te puede interesar|lee también|"
    r"(?:noticias|artículos) relacionad[ao]s|"
    r"más leíd[ao]s|zobacz (?:także|też|również)|czytaj (?:także|też)|leia (?:também|mais)|"
    r"相关(?:阅读|文章|推荐|帖子)|推荐阅读|猜你喜欢|延伸阅读|最新文章|热门文章|"
    r"関連(?:記事|リンク)|あわせて読みたい|관련 ?(?:기사|글)|많이 본 (?:뉴스|기사)|.{0,40}의 다른 글들?|"
    r"(?:other|more|all) (?:posts|articles|parts) (?:in|of|from) (?:this|the) series|系列(?:文章)?目录|"
    r"本?系列(?:的?其[他它])文章)\W*",
    re.I,
)


_PICTURE = re.compile(
    r"^#|\.(?:png|jpe?g|gif|svg|webp|avif|bmp|tiff?|pdf)(?:$|[?#])|/(?:image|photo|media|img)s?/", re.I
)


def _drop_asides(pieces: list[Piece]) -> None:
    """A heading such as "Related posts" goes, and with it the links and short lines that it stands over."""
    dropping = False
    for piece in pieces:
        text = plain_inline(piece.text).strip() if len(piece.text) < 400 else ""
        if text and piece.kind in ("heading", "paragraph", "item") and _ASIDE.fullmatch(text):
            dropping = True
        elif dropping and (
            (piece.kind == "heading" and piece.links < 0.5)
            or len(piece.text) > 300
            or (piece.links < 0.3 and len(text) > 140)
        ):
            dropping = False
        if dropping and piece.kind in ("heading", "paragraph", "item", "figure"):
            piece.kind = "dropped"


def _leads_away(piece: Piece) -> bool:
    """Whether a picture is a sponsor's, a portrait, or the teaser of another page: a link around it, or a footer."""
    around = [piece.element, *islice(piece.element.iterancestors(), 3)]
    if any(element.tag == "footer" for element in around):
        return True
    links = [e for e in around if e.tag == "a"]
    links += [e for e in piece.element.iter("a") if e.find(".//img") is not None]  # not the credit below a picture
    return any((href := link.get("href")) and not _PICTURE.search(href) for link in links)


def _drop_licences(pieces: list[Piece]) -> None:
    """A licence in words goes, and with it the heading that stood over nothing else."""
    for i, piece in enumerate(pieces):
        if piece.kind != "paragraph" or len(piece.text) > 600 or 2 * i < len(pieces):
            continue
        text = " ".join(plain_inline(piece.text).split())
        if len(text) <= 400 and _LICENCE.fullmatch(text):
            piece.kind = "dropped"
            alone = i + 1 == len(pieces) or pieces[i + 1].kind == "heading"
            if alone and pieces[i - 1].kind == "heading" and i > 1:
                pieces[i - 1].kind = "dropped"


def trim(pieces: list[Piece], title: str) -> list[Piece]:
    """The pieces without the page's own lines before, after and among them."""
    _drop_asides(pieces)
    _drop_licences(pieces)
    own = fold(title)
    start, end = 0, len(pieces)
    for i, piece in enumerate(pieces[:6]):
        text = plain_inline(piece.text).strip()
        is_title = own and fold(text) == own and piece.links < 0.5 and piece.kind in ("heading", "paragraph")
        if is_title or (
            piece.kind in ("paragraph", "heading", "item") and len(text) < 120 and _LEADING.fullmatch(text)
        ):
            if all(p.kind != "paragraph" or len(p.text) < 120 for p in pieces[start:i]):
                pieces[i].kind = "dropped"
        elif piece.kind == "paragraph" and len(text) >= 120:
            break
        elif piece.kind == "figure" and _leads_away(piece):
            piece.kind = "dropped"
    while end > start:
        piece = pieces[end - 1]
        text = plain_inline(piece.text).strip()
        if (
            piece.kind == "dropped"
            or piece.kind == "heading"
            or (piece.kind == "figure" and _leads_away(piece))
            or (piece.kind in ("paragraph", "item") and len(text) < 180 and _TRAILING.fullmatch(text))
        ):
            end -= 1
        else:
            break
    for heading, note in pairwise(pieces):
        if heading.kind == "heading" and note.kind == "footnote":
            heading.kind = "dropped"
    return [
        p
        for p in pieces[start:end]
        if p.kind != "dropped"
        and not (
            p.kind in ("paragraph", "item", "heading")
            and len(p.text) < 160
            and _ANYWHERE.fullmatch(plain_inline(p.text))
        )
    ]
