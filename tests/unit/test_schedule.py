"""What the scheduled job's units and crontab lines say."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.jobs.schedule import (
    PERIODS,
    Job,
    calendar,
    cron_fields,
    cron_line,
    job,
    period,
    service,
    timer,
    with_job,
    without_job,
)

STORE = Path("/home/me/kb.sqlite")


def planned(every: str = "6h", store: Path = STORE, **environment: str) -> Job:
    return job(["/opt/kb/bin/kb"], store, STORE, None, every, environment)


def test_a_run_that_failed_in_part_or_was_stopped_is_no_failure_of_the_unit() -> None:
    assert "SuccessExitStatus=3 130" in service(planned()).splitlines()


def test_the_settings_of_the_shell_go_along_and_nothing_else_does() -> None:
    made = planned(KB_DELAY_S="2", KB_DB="/other", HTTPS_PROXY="http://proxy.example:3128", SECRET="x", PATH="/bin")
    assert dict(made.environment) == {"KB_DELAY_S": "2", "HTTPS_PROXY": "http://proxy.example:3128"}
    assert 'Environment="KB_DELAY_S=2"' in service(made)
    assert " KB_DELAY_S=2 /opt/kb/bin/kb " in cron_line(made)


def test_signs_that_systemd_and_cron_take_for_their_own_are_escaped() -> None:
    made = planned(store=Path('/home/me/a b/100% "$x".sqlite'), KB_CONTACT="50% of 'us'")
    assert '"/home/me/a b/100%% \\"$$x\\".sqlite"' in service(made)
    command = cron_line(made).split(" ", 5)[5]
    assert "%" not in command.replace("\\%", "")
    words = shlex.split(command.replace("\\%", "%"))
    assert words[0] == "KB_CONTACT=50% of 'us'"
    assert words[words.index("--db") + 1] == str(made.store)


def test_a_line_break_in_a_setting_is_refused() -> None:
    with pytest.raises(UsageError, match="KB_CONTACT holds a line break"):
        planned(KB_CONTACT="a\n* * * * * rm")


def test_a_line_that_cron_would_cut_is_refused() -> None:
    with pytest.raises(UsageError, match="too long"):
        cron_line(planned(KB_CONTACT="x" * 1000))


@pytest.mark.parametrize("every", PERIODS)
def test_every_period_has_a_calendar_and_cron_fields_within_their_bounds(every: str) -> None:
    fields = cron_fields(planned(every)).split()
    assert len(fields) == 5
    for field, least, most in zip(fields, (0, 0, 1, 1, 0), (59, 23, 31, 12, 6), strict=True):
        numbers = [int(n) for n in field.partition("/")[0].split("-") if n != "*"]
        assert all(least <= n <= most for n in numbers), fields
    assert calendar(planned(every)) in timer(planned(every))


def test_a_period_has_other_names_and_a_wrong_one_is_named() -> None:
    assert (period("24h"), period("1w"), period(" 6H ")) == ("1d", "7d", "6h")
    with pytest.raises(UsageError, match="--every cannot be '5h'"):
        period("5h")


def test_stores_have_units_and_lines_of_their_own() -> None:
    one, other = planned(), planned(store=Path("/srv/kb.sqlite"))
    assert one.name == "kb" and other.name.startswith("kb-")
    crontab = with_job(with_job("", one), other)
    assert without_job(crontab, one) == with_job("", other)


def test_a_crontab_keeps_all_its_other_lines_and_one_line_a_store() -> None:
    mine = "MAILTO=me\n# mine\n5 4 * * * backup"
    once = with_job(mine, planned("6h"))
    again = with_job(once, planned("12h"))
    assert once.startswith(mine + "\n") and again.startswith(mine + "\n")
    assert again.count("run --time-limit") == 1
    assert without_job(again, planned()) == mine + "\n"
