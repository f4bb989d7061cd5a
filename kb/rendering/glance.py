"""The chart at a glance: the map of topics, and the charts of topics, years and blogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from kb.rendering.body import Page
from kb.rendering.charts import charts, topic_map
from kb.rendering.marks import by_topic


def glance(page: Page, topic_place: Callable[[int], str]) -> Iterator[str]:
    """A section of its own; nothing where the chart is empty. topic_place: number of a topic, from 1 -> href."""
    article, more = page.article, page.more
    if not article.top:
        return
    yield f'<section class="glance">\n<h2 id="glance">{escape(more["glance"])}</h2>'
    if drawn := topic_map(article, page.layout, page.place):
        yield f'<figure class="wide">\n<figcaption>{escape(more["map"])}</figcaption>\n{drawn}'
        yield f'<p id="said" class="said" aria-live="polite">{escape(more["map_note"])}</p>'
        yield f'<p hidden><label>{escape(more["map_topics"])} <select id="pick">'
        yield f'<option value="">{escape(more["everything"])}</option>'
        for n, (topic, lines) in enumerate(by_topic(article, page.layout), 1):
            yield f'<option value="{n}">{escape(topic)} ({len(lines)})</option>'
        yield "</select></label></p>\n</figure>"
    yield '<div class="charts">'
    for title, chart in charts(article, page.layout, topic_place):
        yield f"<figure>\n<figcaption>{escape(title)}</figcaption>\n{chart}\n</figure>"
    yield "</div>\n</section>"
