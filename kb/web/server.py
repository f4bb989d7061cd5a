"""The server of the local pages: the standard library's, on loopback unless told otherwise, for reading alone."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Lock
from urllib.parse import parse_qsl, urlsplit

from kb.errors import KbError
from kb.present import harmless
from kb.web.frame import Answer
from kb.writing.layout import Language

Views = Callable[[str, dict[str, str], Language], Answer]
PATIENCE_S = 10  # for a client that says nothing
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def make_server(
    answer: Views, host: str, port: int, language: Language | None = None, log: Callable[[str], None] = lambda _: None
) -> ThreadingHTTPServer:
    """A server that is bound and not yet serving; port 0 is any free one.

    One request at a time is answered, since the store is read by one connection; threads only keep a browser's idle
    connections from holding up the others. Raises KbError where the address cannot be had.
    """

    class Handler(_Handler):
        pass

    Handler.answer, Handler.language, Handler.log = staticmethod(answer), language, staticmethod(log)
    Handler.lock = Lock()
    Handler.own = is_loopback(host)
    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise KbError(f"cannot serve at {host}:{port}: {why.lower()}", "name another --port or --host") from None
    server.daemon_threads = True
    return server


def is_loopback(host: str) -> bool:
    """Whether an address is this machine alone."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class _Handler(BaseHTTPRequestHandler):
    answer: Views
    language: Language | None
    log: Callable[[str], None]
    lock: Lock
    own: bool  # serving this machine alone
    timeout = PATIENCE_S
    server_version, sys_version = "kb", ""

    def do_GET(self) -> None:
        """Answer with a page."""
        self._send(body=True)

    def do_HEAD(self) -> None:
        """Answer without the page."""
        self._send(body=False)

    def _send(self, *, body: bool) -> None:
        found = self._found()
        self.send_response(found.status)
        self.send_header("Content-Type", f"{found.kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(found.body)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(found.body)

    def _found(self) -> Answer:
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        if self.own and not is_loopback(host):  # another site's name that was made to lead here (DNS rebinding)
            return Answer(b"no such host\n", 421)
        parts = urlsplit(self.path)
        try:
            query = dict(parse_qsl(parts.query, max_num_fields=20))
        except ValueError:
            return Answer(b"too many fields\n", 400)
        try:
            with type(self).lock:
                return type(self).answer(parts.path, query, self._language())
        except KbError as error:
            return Answer(f"{harmless(str(error))}\n".encode(), 500)

    def _language(self) -> Language:
        """As the command said, or the browser's first of the two."""
        if self.language:
            return self.language
        for tag in self.headers.get("Accept-Language", "").split(","):
            if tag.strip().lower()[:2] in ("en", "zh"):
                return "zh" if tag.strip().lower().startswith("zh") else "en"
        return "en"

    def log_message(self, format: str, *args: object) -> None:
        """To the command's own log, without what a terminal would obey."""
        type(self).log(harmless(format % args))
