"""A parser process that does what a page tells it to: how crawler.pool copes is what the tests ask."""

import os
import time

from crawler import parse, worker


def obey(page, link, blog):
    """Die, spin, sleep, eat memory, raise, or read the page."""
    match page.body:
        case b"die":
            os.abort()
        case b"spin":
            while True:
                pass
        case b"sleep":
            time.sleep(60)
        case b"eat":
            return "".join(["x" * (1 << 31)])
        case b"raise":
            raise ValueError("no page")
    return parse.read(page, link, blog)


if __name__ == "__main__":
    worker.main(obey)
