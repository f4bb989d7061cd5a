"""One file a format of the article: SUFFIX, and render(article) -> bytes. Text from outside is taken as hostile."""

from __future__ import annotations

from collections.abc import Callable

from crawler import plugins
from kb.errors import UsageError
from kb.types import Article


def renderer(form: str) -> Callable[[Article], bytes]:
    """The render function of a format. Raises UsageError for one that is not there."""
    known = plugins.names(__name__)
    if form not in known:
        raise UsageError(f'no such format: "{form}"', f"the formats are: {', '.join(sorted(known))}")
    render: Callable[[Article], bytes] = plugins.load(__name__, form, "render")
    return render
