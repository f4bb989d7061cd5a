"""When the next request may go out, and when a blog is due again."""

from datetime import UTC, datetime, timedelta

from crawler.frontier import Spacing, next_visit
from crawler.retry import back_off, max_age_s, retry_after_s, transient
from crawler.types import Failure

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def wait(days: list[str], ttl_s: float | None = None, **more: float) -> float:
    return (next_visit(NOW, days, ttl_s, "https://a.org/", **more) - NOW).total_seconds() / 3600


def test_a_blog_is_visited_ten_times_between_two_posts_within_6_and_48_hours():
    daily = [f"2026-10-{day:02}" for day in range(20, 32)]
    monthly = [f"2026-{month:02}-15" for month in range(1, 11)]
    weekly = [f"2026-10-{day:02}" for day in (4, 11, 18, 25)]
    assert 6 <= wait(daily) <= 6.6
    assert 48 <= wait(monthly) <= 52.8
    assert 16 <= wait(weekly) <= 20


def test_a_site_that_asks_for_more_time_gets_it():
    assert wait(["2026-10-31", "2026-10-30"], ttl_s=86400) >= 24
    assert wait(["2026-10-31", "2026-10-30"], retry_after_s=3 * 86400.0) >= 72


def test_the_same_state_gives_the_same_hour_and_blogs_spread():
    assert wait([]) == wait([])
    assert next_visit(NOW, [], None, "https://a.org/") != next_visit(NOW, [], None, "https://b.org/")


def test_a_failing_source_rests_longer_each_time_and_never_for_good():
    assert [back_off(n) for n in (0, 1, 2, 3)] == [timedelta(hours=h) for h in (0, 2, 4, 8)]
    assert back_off(1000) == timedelta(days=7)


def test_requests_to_a_host_keep_their_distance():
    spacing = Spacing(1.0)
    spacing.start("a.org", 10.0)
    assert spacing.wait_s("a.org", 10.25) == 0.75
    assert spacing.wait_s("b.org", 10.25) == 0
    spacing.end("a.org", 10.5)  # it was slow, and may have been sent late
    assert round(spacing.wait_s("a.org", 10.5), 2) == 0.96
    spacing.ask("a.org", 5.0)
    spacing.start("a.org", 11.0)
    assert spacing.wait_s("a.org", 11.0) == 5


def test_a_host_that_says_too_many_is_left_alone_and_asked_more_slowly():
    spacing = Spacing(1.0)
    assert spacing.slow("a.org", 0.0, 30.0) == 30
    assert spacing.wait_s("a.org", 0.0) == 30
    assert spacing.delay_s("a.org") == 2
    assert spacing.slow("a.org", 40.0, None) == 10
    for _ in range(20):
        spacing.well("a.org")
    assert spacing.delay_s("a.org") == 1


def test_retry_after_is_read_in_both_forms():
    assert retry_after_s("120", NOW) == 120
    assert retry_after_s("Sun, 01 Nov 2026 00:02:00 GMT", NOW) == 120
    assert retry_after_s("Sat, 31 Oct 2026 00:00:00 GMT", NOW) == 0
    assert retry_after_s("soon", NOW) is None


def test_max_age_is_read():
    assert max_age_s("public, max-age=600") == 600
    assert max_age_s("no-cache") == 0
    assert max_age_s(None) is None


def test_what_may_pass_is_told_from_what_will_not():
    def failure(kind, status=None):
        return Failure("https://a.org/", kind, "", NOW, status)

    assert transient(failure("timeout")) and transient(failure("status", 503)) and transient(failure("status", 429))
    assert (
        not transient(failure("status", 404))
        and not transient(failure("robots"))
        and not transient(failure("too_large"))
    )
