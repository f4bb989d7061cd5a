"""One file a format of the article: SUFFIX, and render(article). Text from outside is taken as hostile.

A format gives the bytes of one file; one whose SUFFIX is empty gives a folder: paths with slashes, and their bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crawler import plugins
from kb.errors import UsageError
from kb.types import Article

Rendered = bytes | Mapping[str, bytes]


def formats() -> list[str]:
    """The formats there are, by name."""
    return plugins.names(__name__)


def renderer(form: str) -> Callable[[Article], Rendered]:
    """The render function of a format. Raises UsageError for one that is not there."""
    if form not in (known := formats()):
        raise UsageError(f'no such format: "{form}"', f"the formats are: {', '.join(known)}")
    render: Callable[[Article], Rendered] = plugins.load(__name__, form, "render")
    return render


def suffix(form: str) -> str:
    """What a format's files end in; empty for a folder. Raises UsageError for one that is not there."""
    renderer(form)
    ending: str = plugins.load(__name__, form, "SUFFIX")
    return ending
