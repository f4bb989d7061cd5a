"""`kb serve`: the local web page."""

from __future__ import annotations

from typing import Literal

import click

from kb.commands.common import pass_context
from kb.context import Context


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; only this machine by default.")
@click.option("--port", type=click.IntRange(0, 65535), default=8420, show_default=True, help="0 takes any free one.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Of the pages; the browser's without it.")
@pass_context
def serve(context: Context, host: str, port: int, language: Literal["en", "zh"] | None) -> None:
    """Serve a web page over the store: search, the chart, topics, posts. Ends with Ctrl-C."""
    import contextlib

    from kb.web.server import is_loopback, make_server
    from kb.web.views import Views

    views = Views(context.app(create=False))
    log = context.say if context.verbose else (lambda _: None)
    server = make_server(views.answer, host, port, language, log)
    if not is_loopback(host):
        context.say(f"whoever reaches {host} can read the store; there is no password")
    shown = f"[{host}]" if ":" in host else host
    context.say(f"serving at http://{shown}:{server.server_address[1]}/ (Ctrl-C ends it)")
    with contextlib.suppress(KeyboardInterrupt), server:
        server.serve_forever()
