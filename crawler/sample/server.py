"""A real HTTP server on loopback for the sample web: virtual hosts, conditional requests, gzip, keep-alive."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from crawler.sample.library import load_sites
from crawler.sample.resource import Resource
from crawler.sample.web import Web, build_web


class SampleServer:
    """Serves the sample web (or a given one) on 127.0.0.1 while the context is open; nothing is written to disk."""

    def __init__(self, web: Web | None = None) -> None:
        self.requests: list[tuple[str, str, int]] = []  # (host, path as asked, status), in order of answering
        self._web = web
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> tuple[str, int]:
        """(ip, port) that every host of the sample web is to be resolved to."""
        if self._server is None:
            raise RuntimeError("the sample server is not running: use it as a context manager")
        return "127.0.0.1", int(self._server.server_address[1])

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that it answers to."""
        if self._web is None:
            raise RuntimeError("the sample server is not running: use it as a context manager")
        return tuple(self._web.hosts)

    def __enter__(self) -> Self:
        self._web = self._web or build_web(load_sites())
        self._server = _Server(self._web, self.requests)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sample web", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server and self._thread:
            self._server.shutdown()
            self._server.close()
            self._thread.join()
            self._server = self._thread = None


class _Server(ThreadingHTTPServer):
    """Knows the web and the connections that are open, so that closing need not wait for idle clients."""

    daemon_threads = False  # so that server_close joins them
    request_queue_size = 128

    def __init__(self, web: Web, requests: list[tuple[str, str, int]]) -> None:
        self.web = web
        self.log = requests
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no news."""

    def close(self) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sample", ""
    timeout = 60  # of an idle connection
    wbufsize = -1  # head and body leave in one write
    server: _Server

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet; `SampleServer.requests` has the requests."""

    def _host(self) -> str:
        return str(self.headers.get("Host", "")).partition(":")[0].lower()

    def _answer(self, *, with_body: bool) -> None:
        host = self._host()
        found = self.server.web.find(host, self.path)
        if found is None:
            self._send(host, 404, {"Content-Type": "text/plain; charset=utf-8"}, b"no such host\n", with_body)
            return
        tag = f'"{hashlib.sha256(found.body).hexdigest()[:16]}"'
        headers = {"Content-Type": found.content_type, "Vary": "Accept-Encoding"}
        if found.location:
            headers["Location"] = found.location
        if found.status == 200:
            headers |= {"ETag": tag, "Last-Modified": _http_date(found.modified)}
            if self._is_unchanged(found, tag):
                self._send(host, 304, headers, b"", False)
                return
        body = found.body
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 256:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
            if "ETag" in headers:
                headers["ETag"] = f"W/{tag}"
        self._send(host, found.status, headers, body, with_body)

    def _is_unchanged(self, found: Resource, tag: str) -> bool:
        """Whether the request's condition says that the client has this already (RFC 9110, 13.2.2)."""
        if (asked := self.headers.get("If-None-Match")) is not None:
            return asked.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in asked.split(","))
        if (since := self.headers.get("If-Modified-Since")) is None:
            return False
        try:
            return found.modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def _send(self, host: str, status: int, headers: dict[str, str], body: bytes, with_body: bool) -> None:
        self.server.log.append((host, self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)


def _http_date(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC), usegmt=True)
