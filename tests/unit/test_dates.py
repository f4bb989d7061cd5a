"""Dates as feeds and pages write them."""

import pytest

from crawler.dates import published, unix_date


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2019-05-30", "2019-05-30"),
        ("Thurs, 30 May 2019 00:00:00 UTC", "2019-05-30T00:00:00+00:00"),
        ("2021-09-15T23:30:00-00.00", "2021-09-15T23:30:00+00:00"),
        ("Wed, 02 Oct 2002 23:59:00 +0800", "2002-10-02T23:59:00+08:00"),
        ("2018-12-12 10:00", "2018-12-12"),
        ("11 November 2018", "2018-11-11"),
        ("Jan. 4, 2016, 12:37 p.m. EST", "2016-01-04T12:37:00-05:00"),
        ("mar., 01 déc. 2020 16:11:02 +0000", "2020-12-01T16:11:02+00:00"),
        ("2020年5月3日", "2020-05-03"),
        ("2020. 5. 3.", "2020-05-03"),
        ("Sat, 11 04 2020 08:51:49 +0100", "2020-04-11T08:51:49+01:00"),
        ("0001-01-01T00:00:00Z", None),
        ("2019-13-45", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_keeps_what_its_author_wrote(text, kept):
    assert published(text) == kept


def test_an_instant_is_told_with_the_offset_of_its_place():
    assert unix_date("Fri, 31 Mar 2023 20:19:00 America/Los_Angeles") == 1680319140
