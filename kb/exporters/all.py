"""Every format at once, in a folder: the article is written once and rendered in each."""

from __future__ import annotations

from collections.abc import Mapping

from kb import exporters
from kb.types import Article

SUFFIX = ""  # a folder


def render(article: Article) -> Mapping[str, bytes]:
    """article.md, article.html and so on; what is a folder itself stands in one of its name."""
    files: dict[str, bytes] = {}
    for form in exporters.formats():
        if form == "all":
            continue
        rendered = exporters.renderer(form)(article)
        if isinstance(rendered, bytes):
            files[f"article{exporters.suffix(form)}"] = rendered
        else:
            files |= {f"{form}/{name}": data for name, data in rendered.items()}
    return files
