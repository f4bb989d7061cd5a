"""Parser processes: one that dies, hangs or eats memory costs its page alone."""

import asyncio
from datetime import UTC, datetime

import pytest

from crawler.parse import Read
from crawler.pool import ProcessPool
from crawler.types import Blog, Failure, Link, Page
from tests.fakes import StillClock

FEED = b"<rss version='2.0'><channel><title>A</title><item><link>https://a.example/p/</link></item></channel></rss>"


def read(*bodies: bytes, **settings: object) -> list[Read | Failure]:
    """What a pool of one process makes of these bodies, one after the other."""

    async def main() -> list[Read | Failure]:
        async with ProcessPool(1, StillClock(), **settings) as pool:
            found = []
            for body in bodies:
                url = "https://a.example/feed.xml"
                page = Page(url, url, 200, None, body, datetime(2026, 11, 1, tzinfo=UTC))
                found.append(await pool.read(page, Link(url, "feed", "https://a.example/"), Blog("https://a.example/")))
            return found

    return asyncio.run(main())


def test_a_page_is_read_in_another_process():
    (answer,) = read(FEED)
    assert isinstance(answer, Read)
    assert answer.verdict.kind == "feed"
    assert answer.links[0].url == "https://a.example/p/"
    assert answer.keys[0] == "a.example/p"


ORDERS = [
    (b"die", "died"),
    (b"spin", "processor time"),
    (b"sleep", "longer"),
    (b"eat", "memory"),
    (b"raise", "ValueError"),
]


@pytest.mark.parametrize(("order", "words"), ORDERS)
def test_what_a_page_does_to_its_process_costs_that_page_alone(order, words):
    settings = {"module": "tests.naughty_worker", "cpu_s": 0.3, "wall_s": 2.0, "memory_bytes": 1 << 30}
    bad, good = read(order, FEED, **settings)
    assert isinstance(bad, Failure) and bad.kind == "parser" and words in bad.detail
    assert isinstance(good, Read)


def test_a_process_that_does_not_start_is_no_fault_of_the_page():
    with pytest.raises(RuntimeError, match="do not start"):
        read(FEED, module="tests.no_such_worker")
