"""Reads the dates of feeds and pages, broken ones too, and keeps what the author wrote: a day, or an own offset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# Month names by their beginnings, in the languages that feeds of the sets and of the field come in
_MONTHS = (
    "jan gen ene янв ιαν sty oca led",
    "feb fev fév févr lut şub únor фев φεβ",
    "mar mär mrz maa bře мар μαρ",
    "apr avr abr ápr kwi nis dub апр απρ",
    "may mai mag maj mei kvě май мая μαΐ",
    "jun juin giu haz cze čvn июн ιουν",
    "jul juil lug lip tem čvc июл ιουλ",
    "aug aoû aou ago ağu sie srp авг αυγ",
    "sep set sept eyl wrz zář сен σεπ",
    "oct okt ott out eki paź říj окт οκτ",
    "nov kas lis ноя νοε",
    "dec déc dez dic des gru ara pro дек δεκ",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_WEEKDAYS = {
    "mon": 0, "lun": 0, "tue": 1, "die": 1, "wed": 2, "mit": 2, "mer": 2, "thu": 3, "don": 3, "jeu": 3, "fri": 4,
    "fre": 4, "ven": 4, "sat": 5, "sam": 5, "sab": 5, "sun": 6, "son": 6, "dim": 6, "dom": 6,
}  # fmt: skip
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "bst": 60, "cet": 60, "met": 60, "mez": 60, "west": 60,
          "cest": 120, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "ist": 330, "hkt": 480, "sgt": 480, "jst": 540,
          "kst": 540, "aest": 600, "aedt": 660, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
          "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "brt": -180}  # fmt: skip
_ISO = re.compile(
    r"(?<!\d)(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.\s?(\d{1,2})\.\s?(\d{1,2})|(\d\d)(\d\d)(?!\d)|"
    r"\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]?)"
)
_TIME = re.compile(r"(?<![\d:])(\d{1,2})\s*[:h]\s*(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*([ap]\.?m\b\.?)?", re.I)
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d\d?)(?:[:.]?(\d\d))?(?!\d)", re.I)
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([/. -])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as its author gave it: `at` is naive at midnight where only a day is known, naive where no offset is."""

    at: datetime
    has_time: bool

    def text(self) -> str:
        """YYYY-MM-DD, or ISO with its own offset; a time without offset says no more than its day."""
        if self.has_time and self.at.tzinfo is not None:
            return self.at.isoformat(timespec="seconds")
        return self.at.date().isoformat()

    def instant(self) -> datetime:
        """The moment in UTC; where no offset is known, as if it were UTC."""
        return self.at.astimezone(UTC) if self.at.tzinfo else self.at.replace(tzinfo=UTC)


def published(text: str | None) -> str | None:
    """A date string in the form that posts keep, or None where no date can be read in it."""
    moment = parse(text)
    return moment.text() if moment else None


def unix_date(text: str) -> int | None:
    """Seconds since 1970, without an offset as UTC."""
    moment = parse(text)
    return int(moment.instant().timestamp()) if moment else None


def parse(text: str | None) -> Moment | None:
    """The date in a short string that is one; no search in prose. Years outside 1970 to 2100 are no dates."""
    words = " ".join((text or "").split())[:120]
    found = _day(words)
    if found is None:
        return None
    day, rest = found
    if not 1970 <= day.year <= 2100:
        return None
    time = _TIME.search(rest)
    if time is None or not (clock := _clock(time)):
        return Moment(datetime(day.year, day.month, day.day), False)  # noqa: DTZ001 - a day has no zone
    naive = datetime(day.year, day.month, day.day, *clock)  # noqa: DTZ001
    zone = _zone(rest[time.end() :], naive)
    return Moment(naive.replace(tzinfo=zone), True)


def _day(text: str) -> tuple[date, str] | None:
    """The day, and the text without it."""
    if match := _ISO.search(text):
        year, *rest = (int(g) for g in match.groups() if g)
        return _date(year, rest[0], rest[1], text, match)
    if match := _NUMBERS.search(text):
        first, mark, second, year = int(match[1]), match[2], int(match[3]), _year(match[4])
        return _date(year, *_order(first, second, year, mark, text), text, match)
    return _named_day(text)


def _named_day(text: str) -> tuple[date, str] | None:
    """A day with its month as a word, on either side of the day's number; "Nov. 2020" is its first day."""
    # The last month first: in "mar., 01 déc. 2020" the other is a weekday
    for word in reversed(list(re.finditer(r"[^\W\d_]{3,}", text))):
        month = _month(word[0])
        if month is None:
            continue
        before = re.search(
            r"(?<![\d:])(\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?:\s+(?:de|of))?[\s,.-]*$", text[: word.start()]
        )
        after = re.match(r"\.?[\s,-]*(?:de\s+)?(\d{1,2})(?:st|nd|rd|th)?(?![\d:])", text[word.end() :])
        year = re.search(r"(?<![\d:+-])(\d{4})(?![\d:])", text) or re.search(r"-(\d{4})\b", text)
        if year is None and before:
            year = re.match(r"\.?[\s,-]*(\d\d)(?![\d:])", text[word.end() :])
        if year is None:
            continue
        number = before or after
        rest = text[: word.start()] + " " + text[word.end() :]
        return _date(_year(year[1]), month, int(number[1]) if number else 1, rest, None)
    return None


def _date(year: int, month: int, day: int, text: str, match: re.Match[str] | None) -> tuple[date, str] | None:
    try:
        return date(year, month, day), text[: match.start()] + " " + text[match.end() :] if match else text
    except ValueError:
        return None


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits) if int(digits) < 70 else 1900 + int(digits)


def _month(word: str) -> int | None:
    lower = word.lower()
    if lower[:3] in _WEEKDAYS and lower[:3] != "mar" and lower[:4] not in ("sept",):
        return None
    return _MONTH.get(lower[:4]) or _MONTH.get(lower[:3])


def _order(first: int, second: int, year: int, mark: str, text: str) -> tuple[int, int]:
    """(month, day) of two numbers: by what is possible, by the weekday beside them, else day first but with a slash."""
    if first > 12:
        return second, first
    if second > 12:
        return first, second
    named = re.match(r"\W*([^\W\d_]{3})", text)
    weekday = _WEEKDAYS.get(named[1].lower()) if named else None
    orders = [(first, second), (second, first)] if mark == "/" else [(second, first), (first, second)]
    for month, day in orders:
        if weekday is not None and date(year, month, day).weekday() == weekday:
            return month, day
    return orders[0]


def _clock(match: re.Match[str]) -> tuple[int, int, int] | None:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    half = (match[4] or "").lower()[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour, minute, min(second, 59)) if hour < 24 and minute < 60 and second <= 60 else None


def _zone(text: str, at: datetime) -> tzinfo | None:
    """The offset that follows a time: +02:00, +0200, -00.00, GMT-07:00, EST, Europe/Brussels."""
    if name := re.match(r"\s*([A-Za-z]+/[A-Za-z_]+(?:/[A-Za-z_]+)?)", text):
        try:
            offset = at.replace(tzinfo=ZoneInfo(name[1])).utcoffset()
        except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            return None
        return timezone(offset) if offset is not None else None
    if match := _OFFSET.match(text.strip()):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes)) if minutes < 24 * 60 else None
    if word := re.match(r"\s*\(?([A-Za-z]{1,5})\b", text):
        known = _ZONES.get(word[1].lower())
        return timezone(timedelta(minutes=known)) if known is not None else None
    return None
