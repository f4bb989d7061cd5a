"""The fetcher against a small server that behaves, and one that does not: every error comes back as a value."""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from crawler.guard import is_public
from crawler.http import Fetcher, Limits, user_agent
from crawler.types import Caching, Failure, Page
from tests.fakes import StillClock

HOST = "site.example"
URL = f"http://{HOST}/"
LOOPBACK = {"allow_addresses": ["127.0.0.1", "::1", "localhost"]}
FAST = Limits(page_bytes=100_000, feed_bytes=200_000, redirects=3, connect_s=1.0, request_s=1.0)


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = {
        "Content-Length": str(len(body)),
        "Content-Type": "text/html",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Server:
    """Answers each path with the bytes it is given; keeps the requests as they came."""

    def __init__(self, **pages: bytes | float) -> None:
        self.pages = {"/" + path: sent for path, sent in pages.items()}
        self.requests: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(request)
            path = request.split(" ")[1]
            sent = self.pages.get(path.removeprefix(f"http://{HOST}"), answer(b"gone", "404 Not Found"))
            if isinstance(sent, float):
                await asyncio.sleep(sent)
            else:
                writer.write(sent)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def run(
    server: Server, act: Callable[[Fetcher, int], Awaitable[object]], limits: Limits = FAST, **more: object
) -> object:
    """What `act` gives with a fetcher whose reserved host is this server."""

    async def main() -> object:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        settings: dict[str, object] = {"resolve": {HOST: ("127.0.0.1", port)}, **more}
        if settings.get("environ") == "proxy":
            settings = {"environ": {"HTTP_PROXY": f"http://127.0.0.1:{port}", "NO_PROXY": "direct.example"}}
        async with (
            listening,
            Fetcher(
                clock=StillClock(), agent=user_agent("1", "https://kb.example"), limits=limits, **settings
            ) as fetcher,
        ):
            return await act(fetcher, port)

    return asyncio.run(main())


def fetch(
    path: str = "page",
    limits: Limits = FAST,
    kind: str = "page",
    caching: Caching | None = None,
    **pages: bytes | float,
):
    return run(Server(**pages), lambda fetcher, _: fetcher.fetch(URL + path, caching, kind=kind), limits)


def failed(result: object, kind: str) -> Failure:
    assert isinstance(result, Failure), result
    assert result.kind == kind, result
    assert result.detail and "\n" not in result.detail
    return result


def test_a_page_comes_with_its_validators_and_says_who_asked():
    server = Server(
        page=answer(b"<p>hi", ETag='"1"', Last_Modified="Sun, 01 Nov 2026 00:00:00 GMT", Cache_Control="max-age=600")
    )
    page = run(server, lambda fetcher, _: fetcher.fetch(URL + "page"))
    assert isinstance(page, Page)
    assert (page.status, page.body, page.url) == (200, b"<p>hi", URL + "page")
    assert page.caching == Caching('"1"', "Sun, 01 Nov 2026 00:00:00 GMT")
    assert page.max_age_s == 600
    assert "User-Agent: kb/1 (+https://kb.example)\r\n" in server.requests[0]
    assert "Accept-Encoding: gzip, deflate\r\n" in server.requests[0]


def test_validators_are_sent_back_and_304_has_no_body():
    server = Server(page=answer(status="304 Not Modified", Content_Length=""))
    page = run(server, lambda fetcher, _: fetcher.fetch(URL + "page", Caching('"1"', "yesterday")))
    assert isinstance(page, Page) and page.not_modified and page.body == b""
    assert 'If-None-Match: "1"\r\n' in server.requests[0] and "If-Modified-Since: yesterday\r\n" in server.requests[0]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda b: zlib.compress(b, wbits=-15)])
def test_encoded_bodies_are_decoded(pack):
    name = "gzip" if pack is gzip.compress else "deflate"
    page = fetch(page=answer(pack(b"hello " * 100), Content_Encoding=name))
    assert isinstance(page, Page) and page.body == b"hello " * 100


def test_a_bomb_stops_at_the_bound():
    bomb = gzip.compress(bytes(50_000_000))
    failed(fetch(page=answer(bomb, Content_Encoding="gzip")), "too_large")
    failed(fetch(page=answer(gzip.compress(bomb), Content_Encoding="gzip, gzip")), "too_large")


def test_bodies_are_bounded_by_what_they_are():
    body = answer(bytes(150_000))
    failed(fetch(page=body), "too_large")
    assert isinstance(fetch(kind="feed", page=body), Page)


def test_a_part_may_be_all_that_is_wanted():
    page = run(Server(page=answer(bytes(150_000))), lambda fetcher, _: fetcher.fetch(URL + "page", cut=1000))
    assert isinstance(page, Page) and len(page.body) == 1000


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (answer(b"not gzip", Content_Encoding="gzip"), "encoding"),
        (answer(gzip.compress(b"x" * 999)[:-12], Content_Encoding="gzip"), "encoding"),
        (answer(b"x", Content_Encoding="br"), "encoding"),
        (answer(b"half")[:-2], "network"),
        (b"", "network"),
        (b"\x00\xff garbage\r\n\r\n", "network"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n", "network"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "network"),
        (answer(b"\x89PNG", Content_Type="image/png"), "content_type"),
        (answer(b"\x89PNG" + bytes(50_000), Content_Type="image/png"), "content_type"),
        (answer(b"", "301 Moved Permanently", Location="http://[bad/"), "status"),
        (answer(b"", "302 Found", Location="file:///etc/passwd"), "scheme"),
        (answer(b"", "302 Found", Location="http://127.0.0.1:22/"), "address"),
        (answer(b"", "302 Found", Location="http://169.254.169.254/latest/"), "address"),
        (answer(b"", "302 Found", Location="http://[::ffff:10.0.0.1]/"), "address"),
        (answer(b"", "302 Found", Location="http://printer.local/"), "address"),
        (answer(b"", "302 Found", Location="/page"), "too_many_redirects"),
        (5.0, "timeout"),
    ],
)  # fmt: skip
def test_what_goes_wrong_comes_back_as_a_failure(sent, kind):
    failed(fetch(page=sent), kind)


def test_a_status_comes_with_what_it_asks_for():
    failure = failed(fetch(page=answer(b"later", "503 Busy", Retry_After="120")), "status")
    assert (failure.status, failure.retry_after_s) == (503, 120)
    assert failed(fetch("other"), "status").status == 404


def test_a_page_that_is_labelled_as_an_image_is_a_page():
    page = fetch(page=answer(b"<!doctype html><p>hi", Content_Type="image/png"))
    assert isinstance(page, Page) and page.body == b"<!doctype html><p>hi"


def test_a_robots_txt_is_read_under_any_label():
    sent = answer(b"User-agent: *\nDisallow: /", Content_Type="application/zip")
    page = run(Server(page=sent), lambda fetcher, _: fetcher.fetch(URL + "page", cut=1000))
    assert isinstance(page, Page) and page.body.startswith(b"User-agent")


def test_all_robots_tags_of_an_answer_are_told_apart():
    sent = answer(b"hi").replace(b"\r\n\r\n", b"\r\nX-Robots-Tag: googlebot: none\r\nX-Robots-Tag: noindex\r\n\r\n", 1)
    page = fetch(page=sent)
    assert isinstance(page, Page) and page.robots_tag == "googlebot: none\nnoindex"


def test_redirects_are_followed_and_told():
    pages = {
        "page": answer(b"", "301 Moved", Location="/new"),
        "new": answer(b"", "302 Found", Location="end"),
        "end": answer(b"here"),
    }
    page = fetch(**pages)
    assert isinstance(page, Page)
    assert (page.url, page.requested_url) == (URL + "end", URL + "page")
    assert page.redirects == ((301, URL + "new"), (302, URL + "end"))


def test_a_page_that_only_got_a_query_on_its_way_keeps_its_address():
    page = fetch(page=answer(b"", "302 Found", Location="/page?again=17"), **{"page?again=17": answer(b"here")})
    assert isinstance(page, Page)
    assert (page.url, page.body) == (URL + "page", b"here")
    assert page.redirects == ((302, URL + "page?again=17"),)


@pytest.mark.parametrize(
    "url", ["ftp://site.example/", "data:text/html,x", "not a url", "http://", "http://" + "a" * 100_000, "http://a b/"]
)
def test_what_is_no_web_address_is_refused(url):
    failed(run(Server(), lambda fetcher, _: fetcher.fetch(url)), "scheme")


def test_loopback_needs_an_explicit_setting():
    server = Server(page=answer(b"hi"))
    failed(run(server, lambda fetcher, port: fetcher.fetch(f"http://127.0.0.1:{port}/page")), "address")
    allowed = run(
        server, lambda fetcher, port: fetcher.fetch(f"http://127.0.0.1:{port}/page"), allow_addresses=["127.0.0.1"]
    )
    assert isinstance(allowed, Page)


def test_a_proxy_of_the_environment_is_used_though_it_is_on_loopback():
    server = Server(page=answer(b"by proxy"))
    page = run(server, lambda fetcher, _: fetcher.fetch(URL + "page"), environ="proxy")
    assert isinstance(page, Page) and page.body == b"by proxy"
    assert server.requests[0].startswith(f"GET {URL}page ")
    failed(run(server, lambda fetcher, _: fetcher.fetch("http://10.1.2.3/"), environ="proxy"), "address")


def test_a_name_without_address_is_told_as_such():
    failed(
        run(Server(), lambda fetcher, _: fetcher.fetch("http://nowhere.invalid/"), replace(FAST, request_s=20.0)), "dns"
    )


def test_a_port_that_nobody_listens_on_is_told_as_such():
    async def closed(fetcher: Fetcher, _: int) -> object:
        listening = await asyncio.start_server(Server().serve, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        listening.close()
        await listening.wait_closed()
        return await fetcher.fetch(f"http://127.0.0.1:{port}/")

    failed(run(Server(), closed, allow_addresses=["127.0.0.1"]), "refused")


def test_a_server_without_tls_is_told_as_such():
    class Plain(Server):
        async def serve(self, reader, writer):
            writer.write(b"220 this is no web server\r\n")
            await reader.read(10_000)
            writer.close()

    failed(run(Plain(), lambda fetcher, port: fetcher.fetch(f"https://localhost:{port}/"), **LOOPBACK), "tls")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
     "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "not an address"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_known(address):
    assert not is_public(address)


def test_public_addresses_are_known():
    assert is_public("1.1.1.1") and is_public("2606:4700:4700::1111")


def test_pools_of_hosts_that_are_not_asked_any_more_are_closed_and_those_in_use_are_not():
    async def main() -> tuple[list[str], list[int]]:
        asked, let_go = asyncio.Event(), asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if b"/slow" in await reader.readuntil(b"\r\n\r\n"):
                asked.set()
                await let_go.wait()
            writer.write(answer(b"<html>one</html>"))
            await writer.drain()
            writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        names = {f"h{n}.example": listening.sockets[0].getsockname()[:2] for n in range(6)}
        limits = Limits(connections=2)
        async with (
            listening,
            Fetcher(clock=StillClock(), agent="kb", limits=limits, resolve=names, **LOOPBACK) as fetcher,
        ):
            slow = asyncio.create_task(fetcher.fetch("http://h0.example/slow"))
            await asked.wait()
            pages = [await fetcher.fetch(f"http://{name}/") for name in list(names)[1:]]
            (one,) = fetcher._clients.values()
            left = [host.decode() for _, host, _ in one._transport._pool._pools]  # type: ignore[attr-defined]
            let_go.set()
            pages.append(await slow)
        return left, [page.status for page in pages if isinstance(page, Page)]

    left, statuses = asyncio.run(main())
    assert left == ["h0.example", "h4.example", "h5.example"]  # the one that is in use, and the last two
    assert statuses == [200] * 6
