"""The sample web over real HTTP: hosts, conditions, encodings, redirects, and no link that leads nowhere."""

import gzip
import http.client
from collections.abc import Iterator
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from lxml import html

from crawler.sample.server import SampleServer
from crawler.sample.web import DEAD, FORBIDDEN


@pytest.fixture(scope="module")
def server() -> Iterator[SampleServer]:
    with SampleServer() as running:
        yield running


class Client:
    """One keep-alive connection to the server, whatever host is asked."""

    def __init__(self, server: SampleServer) -> None:
        self.connection = http.client.HTTPConnection(*server.address, timeout=10)

    def get(self, url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, target, headers={"Host": parts.netloc} | named)
        answer = self.connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.fixture
def client(server: SampleServer) -> Iterator[Client]:
    client = Client(server)
    yield client
    client.connection.close()


def test_hosts_are_told_apart_and_unknown_ones_are_404(server: SampleServer, client: Client) -> None:
    titles = {host: html.fromstring(client.get(f"http://{host}/")[2]).findtext(".//title") for host in server.hosts}
    assert len(set(titles.values())) == len(server.hosts)
    assert client.get("http://nowhere.example/")[0] == 404
    port = server.address[1]
    assert client.get(f"http://{server.hosts[0]}:{port}/")[0] == 200


def test_requests_are_kept_for_tests(server: SampleServer, client: Client) -> None:
    client.get(f"http://{server.hosts[0]}/kept?a=1")
    assert server.requests[-1] == (server.hosts[0], "/kept?a=1", 404)


def test_an_unchanged_page_is_304_by_tag_and_by_date(server: SampleServer, client: Client) -> None:
    for host in server.hosts:
        _, headers, body = client.get(f"http://{host}/")
        for condition in ({"If_None_Match": headers["etag"]}, {"If_Modified_Since": headers["last-modified"]}):
            status, again, nothing = client.get(f"http://{host}/", **condition)
            assert (status, nothing) == (304, b"")
            assert again["etag"] == headers["etag"]
        assert client.get(f"http://{host}/", If_None_Match='"other"')[2] == body
        assert client.get(f"http://{host}/", If_Modified_Since="Fri, 01 Jan 2010 00:00:00 GMT")[0] == 200
        assert client.get(f"http://{host}/", If_Modified_Since="no date")[0] == 200


def test_gzip_when_accepted_has_the_same_text_and_its_tag_holds(server: SampleServer, client: Client) -> None:
    url = f"http://{server.hosts[0]}/"
    _, plain, body = client.get(url)
    _, zipped, packed = client.get(url, Accept_Encoding="gzip, br")
    assert "content-encoding" not in plain
    assert zipped["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == body
    assert client.get(url, If_None_Match=zipped["etag"], Accept_Encoding="gzip")[0] == 304


def test_head_has_the_headers_alone(server: SampleServer, client: Client) -> None:
    url = f"http://{server.hosts[0]}/"
    body = client.get(url)[2]
    status, headers, nothing = client.get(url, method="HEAD")
    assert (status, int(headers["content-length"]), nothing) == (200, len(body), b"")


def test_a_path_without_its_slash_is_redirected(client: Client) -> None:
    status, headers, _ = client.get("http://attention.example/about")
    assert (status, headers["location"]) == (301, "http://attention.example/about/")
    assert client.get("http://attention.example/about/index.html")[0] == 200


def test_what_must_not_be_fetched_is_there_linked_and_forbidden(client: Client) -> None:
    for url in FORBIDDEN:
        parts = urlsplit(url)
        assert client.get(url)[0] == 200
        assert f"Disallow: {parts.path}".encode() in client.get(f"http://{parts.netloc}/robots.txt")[2]
    assert client.get("http://agents.example/robots.txt")[0] == 404


def test_every_link_of_the_sample_web_answers_but_the_dead_one(server: SampleServer, client: Client) -> None:
    waiting = {f"http://{host}/": "" for host in server.hosts}
    seen: dict[str, int] = {}
    while waiting:
        url, via = waiting.popitem()
        if url in seen:
            continue
        status, headers, body = client.get(quote(url, safe=":/?&=%#"))
        seen[url] = status
        assert status in (200, 301) or url in DEAD, f"{status} {url}, linked on {via}"
        found = [headers["location"]] if "location" in headers else []
        if status == 200 and headers["content-type"].startswith("text/html"):
            found += html.fromstring(body).xpath("//a/@href | //link/@href | //img/@src")
        for link in found:
            target = unquote(urljoin(url, link).partition("#")[0])
            if urlsplit(target).netloc in server.hosts:
                waiting.setdefault(target, url)
    assert set(DEAD) <= seen.keys()
    assert set(FORBIDDEN) <= seen.keys()
    assert [url for url, status in seen.items() if status == 404] == list(DEAD)
    assert 301 in seen.values()


def test_two_runs_answer_the_same_to_the_byte(server: SampleServer, client: Client) -> None:
    with SampleServer() as second:
        other = Client(second)
        for host in server.hosts:
            ours, theirs = client.get(f"http://{host}/"), other.get(f"http://{host}/")
            assert ours[2] == theirs[2]
            assert ours[1]["last-modified"] == theirs[1]["last-modified"]
        other.connection.close()


def test_closing_does_not_wait_for_an_idle_client() -> None:
    with SampleServer() as running:
        idle = Client(running)
        idle.get(f"http://{running.hosts[0]}/")
    with pytest.raises((http.client.HTTPException, OSError)):
        idle.get("http://attention.example/")
    idle.connection.close()


def test_a_server_that_does_not_run_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = SampleServer().address
