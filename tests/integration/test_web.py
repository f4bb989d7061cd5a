"""`kb serve`: every local page over a real connection, what it refuses, and that no text becomes markup."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import html as lxml_html

import cli
from crawler.clock import SystemClock
from kb.app import open_app
from kb.errors import KbError
from kb.jobs.progress import Progress
from kb.settings import load_settings
from kb.store.connect import open_store
from kb.web.frame import marked
from kb.web.server import make_server
from kb.web.views import Views, rendered

Get = Callable[..., tuple[int, dict[str, str], str]]


@pytest.fixture(scope="module")
def get(sample_store: Path) -> Iterator[Get]:
    """Fetches a path of a server over the sample."""
    store, clock = open_store(sample_store, create=False), SystemClock()
    app = open_app(load_settings({}, {}, None), store, clock=clock, progress=Progress(clock, quiet=True))
    server = make_server(Views(app).answer, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    port = server.server_address[1]

    def fetch(path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        return reply.status, dict(reply.headers), text

    yield fetch
    server.shutdown()
    server.server_close()
    thread.join()
    store.close()


def test_search_marks_what_matched(get: Get) -> None:
    status, _, page = get("/search?q=transfer+learning")
    tree = lxml_html.document_fromstring(page)
    assert status == 200
    assert any("transfer" in mark.text_content().lower() for mark in tree.iter("mark"))
    assert "Transfer Learning with a Pretrained Backbone" in page


def test_search_speaks_chinese(get: Get) -> None:
    _, _, page = get("/search?q=" + quote("迁移学习"), Accept_Language="zh-CN,zh;q=0.9,en;q=0.8")
    assert '<html lang="zh">' in page and "<mark>迁移学习</mark>" in page


def test_every_page_is_there_and_every_link_leads_somewhere(get: Get) -> None:
    seen, waiting = set(), ["/", "/chart", "/topics", "/search?q=attention", "/search?q=attention&from=20"]
    while waiting:
        path = waiting.pop(0)
        status, headers, page = get(path)
        assert status == 200, path
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        tree = lxml_html.document_fromstring(page)
        assert not list(tree.iter("script", "img", "iframe", "object")), path
        assert len(list(tree.iter("h1"))) == 1, path
        links = {a.get("href") for a in tree.iter("a")}
        assert all(href.startswith(("/", "http://", "https://")) for href in links)
        new = sorted(href for href in links if re.match(r"/(?:topic/\d+|post/\d+)$", href) and href not in seen)[:2]
        if len(seen) < 20:
            waiting += new
            seen |= set(new)
    assert len(seen) >= 10 and any(path.startswith("/topic/") for path in seen)


@pytest.mark.parametrize(
    "path", ["/nowhere", "/post/999999", "/topic/999999", "/post/x", "/../etc/passwd", "/post/1/2"]
)
def test_what_is_not_there_is_a_page_that_says_so(get: Get, path: str) -> None:
    status, _, page = get(path)
    assert status == 404 and "<h1>" in page


@pytest.mark.parametrize(
    "query",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onfocus='alert(1)",
        "after:never",
        "((",
        "\x00\x1b[31m",
    ],
)
def test_a_query_is_text(get: Get, query: str) -> None:
    status, _, page = get("/search?q=" + quote(query))
    tree = lxml_html.document_fromstring(page)
    assert status == 200
    assert not list(tree.iter("script", "img"))
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]


def test_another_sites_name_is_refused(get: Get) -> None:
    assert get("/", Host="evil.example")[0] == 421
    assert get("/", Host="localhost:8420")[0] == 200


def test_only_reading_is_answered(get: Get) -> None:
    assert get("/", method="POST")[0] == 501
    status, headers, page = get("/", method="HEAD")
    assert (status, page) == (200, "") and int(headers["Content-Length"]) > 500


def test_a_text_from_outside_stays_harmless() -> None:
    page = rendered("# Head\n\n<script>alert(1)</script>[x](javascript:alert(1)) ![a cat](https://evil.example/x.png)")
    tree = lxml_html.fragment_fromstring(page, create_parent="div")
    assert not list(tree.iter("script", "img", "h1")) and "a cat" in tree.text_content()
    assert all((a.get("href") or "https:").startswith("http") for a in tree.iter("a"))


def test_marks_that_do_not_close_are_closed() -> None:
    assert marked("a \x02b\x03 c \x02d <b>") == "a <mark>b</mark> c <mark>d &lt;b&gt;</mark>"


def test_a_port_that_is_taken_is_one_line() -> None:
    def nothing(*_: object) -> object:
        raise AssertionError

    server = make_server(nothing, "127.0.0.1", 0)  # type: ignore[arg-type]
    port = server.server_address[1]
    with pytest.raises(KbError, match=rf"cannot serve at 127\.0\.0\.1:{port}: address already in use"):
        make_server(nothing, "127.0.0.1", port)  # type: ignore[arg-type]
    server.server_close()


def test_a_store_that_is_not_there_is_not_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--db", str(tmp_path / "none.sqlite"), "serve"]) == 1
    assert capsys.readouterr().err.startswith("error: no store at")
