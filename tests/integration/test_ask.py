"""Asking a service on loopback: every way in which it may misbehave is a Failure, and none raises."""

from __future__ import annotations

from typing import Any

from crawler.ask import MOST_BYTES, ask
from crawler.types import Failure
from tests.fakes import StillClock, service


def told(url: str, **more: Any) -> bytes | Failure:
    return ask(url, {"model": "m"}, clock=StillClock(), agent="kb/test", **{"timeout_s": 5.0} | more)


def test_an_answer_comes_back_whole_and_the_key_goes_as_a_bearer() -> None:
    with service((200, {}, b'{"ok": true}')) as (url, asked):
        assert told(url, key="secret") == b'{"ok": true}'
    headers, body = asked[0]
    assert headers["Authorization"] == "Bearer secret" and body == {"model": "m"}


def test_a_busy_service_is_asked_once_more_after_the_time_it_names() -> None:
    with service((429, {"Retry-After": "0"}, b"busy"), (200, {}, b"done")) as (url, asked):
        assert told(url) == b"done"
    assert len(asked) == 2


def test_one_that_stays_busy_or_names_a_long_time_has_failed() -> None:
    with service((429, {"Retry-After": "0"}, b"busy")) as (url, asked):
        answer = told(url)
        assert isinstance(answer, Failure) and answer.status == 429 and len(asked) == 2
    with service((429, {"Retry-After": "3600"}, b"busy")) as (url, asked):
        assert isinstance(told(url), Failure) and len(asked) == 1


def test_one_that_promises_more_than_it_sends_runs_into_the_limit() -> None:
    with service((200, {"Content-Length": "1000"}, b"{")) as (url, _):
        answer = told(url, timeout_s=0.5)
    assert isinstance(answer, Failure) and answer.kind in ("timeout", "network")


def test_errors_redirects_floods_and_silence_are_failures() -> None:
    with service((500, {}, b"<html>broken</html>")) as (url, _):
        assert isinstance(told(url), Failure)
    with service((302, {"Location": "http://127.0.0.1:1/"}, b"")) as (url, asked):
        answer = told(url)
        assert isinstance(answer, Failure) and answer.status == 302 and len(asked) == 1
    with service((200, {}, b"x" * (MOST_BYTES + 1))) as (url, _):
        answer = told(url)
        assert isinstance(answer, Failure) and answer.kind == "too_large"
    with service((200, {"Content-Encoding": "gzip"}, b"no gzip")) as (url, _):
        assert isinstance(told(url), Failure)
    gone = told(url)
    assert isinstance(gone, Failure) and gone.kind == "refused"
    for wrong in ("ftp://x/", "file:///etc/passwd", "nonsense"):
        assert isinstance(told(wrong), Failure)
