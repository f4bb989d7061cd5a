"""Every option of the program in one table, read once at the root from flags, environment and file, and passed down."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import UsageError


@dataclass(frozen=True, slots=True)
class Option:
    """A setting: `name` is its key in the file, KB_NAME its variable, --name its flag."""

    name: str
    default: object
    parse: Callable[[str], object]
    meaning: str


@dataclass(frozen=True, slots=True)
class Value:
    """What an option is set to, and where that came from: default, file, environment or flag."""

    option: Option
    value: Any
    origin: str


def _number(least: float) -> Callable[[str], object]:
    def parse(text: str) -> object:
        value = float(text)
        if not value >= least or value == float("inf"):
            raise ValueError(f"must be {least:g} or more")
        return value

    return parse


def _count(least: int) -> Callable[[str], object]:
    def parse(text: str) -> object:
        value = int(text)
        if value < least:
            raise ValueError(f"must be {least} or more")
        return value

    return parse


def _share(text: str) -> object:
    value = float(text)
    if not 0 < value <= 1:
        raise ValueError("must be above 0 and at most 1")
    return value


def _one_of(*words: str) -> Callable[[str], object]:
    def parse(text: str) -> object:
        if text not in words and not (":" in text and text.split(":")[0] in words):
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return parse


def _weights(text: str) -> object:
    """{"links": .3} from `links=0.3, evidence=0`, or from a table of the file."""
    from crawler.plugins import names

    known, found = names("kb.signals"), {}
    for pair in text.strip().strip("{}").split(","):
        name, _, value = pair.replace(":", "=").partition("=")
        name = name.strip(" '\"")
        if not pair.strip():
            continue
        if name not in known:
            raise ValueError(f"no such signal: {name!r} (there are {', '.join(known)})")
        found[name] = float(value)
        if not 0 <= found[name] <= 1:
            raise ValueError(f"the weight of {name} must be 0 to 1")
    if found and not any(found.values()) and len(found) == len(known):
        raise ValueError("some signal must have a weight")
    return found


def _services(text: str) -> object:
    """{"hackernews": None} from `hackernews`, an address of its own from `hackernews=https://...`; {} from none."""
    from crawler.plugins import names
    from crawler.urls import crawlable

    known, found = names("kb.services"), {}
    for word in filter(None, (word.strip() for word in text.split(","))):
        name, _, base = word.partition("=")
        if word == "none":
            continue
        if name not in known:
            raise ValueError(f"no such service: {name!r} (there are none, {', '.join(known)})")
        if base and crawlable(base) is None:
            raise ValueError(f"{base!r} is no web address")
        found[name] = base or None
    return found


def _address(text: str) -> object:
    if not re.fullmatch(r"https?://[^\s/?#\"<>]+(/[^\s?#\"<>]*)?", text, re.I):
        raise ValueError("must be a web address such as https://example.org/chart/")
    return text.rstrip("/") + "/"


OPTIONS: tuple[Option, ...] = (
    Option("db", None, str, "the SQLite file; without it one in the platform's data folder"),
    Option("delay_s", 1.0, _number(0), "least seconds between two requests to a host"),
    Option("contact", "", str, "an address or URL for the user agent, so that a site's owner can write"),
    Option("workers", 2, _count(1), "parser processes"),
    Option("model", "all-MiniLM-L6-v2", str, "embedding model: the default, a model of the hub, or a folder"),
    Option("device", "auto", _one_of("auto", "cpu", "cuda", "mps"), "where the model runs: auto, cpu, cuda, mps"),
    Option("keep_pages_mb", 1024, _count(0), "megabytes of raw pages kept for kb reread; 0 keeps none"),
    Option("pages_per_visit", 3000, _count(1), "most pages fetched from one blog in one visit"),
    Option("metrics", "", str, "a file for Prometheus' textfile collector, written at the end of kb run and kb crawl"),
    Option("requests_per_day", 10_000, _count(1), "most requests to one host in a day"),
    Option("allow_loopback", False, lambda t: t.lower() in {"1", "true", "yes"}, "let the crawler fetch from loopback"),
    Option("per_blog", 12, _count(1), "most posts of one blog in the chart"),
    Option("weights", {}, _weights, "other weights of the ranking's signals: links=0.3, evidence=0"),
    Option("evidence", {"hackernews": None, "lobsters": None}, _services,
           "services asked for points and comments: hackernews, lobsters; none asks nobody"),
    Option("half_life_days", 180.0, _number(0.5), "trending: days of age that halve a score"),
    Option("quote_words", 150, _count(1), "most words of one post that the article quotes"),
    Option("site_url", "", _address, "where kb export's site will stand; its sitemap and feeds name this address"),
    Option("writer_url", "", _address, "an OpenAI-compatible endpoint that rewrites the article's sections"),
    Option("writer_model", "", str, "the writer's model; its key is KB_WRITER_KEY, in the environment alone"),
    Option("writer_timeout_s", 60.0, _number(1), "longest wait for one answer of the writer"),
    Option("quote_share", 0.25, _share, "most of one post that the article quotes, as a share of its text"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """The options' values; unknown names raise KeyError, which is a bug."""

    values: Mapping[str, Value]

    def __getitem__(self, name: str) -> Any:
        return self.values[name].value


def load_settings(flags: Mapping[str, Any], environment: Mapping[str, str], file: Path | None) -> Settings:
    """Settings from flags over environment over file over defaults. Raises UsageError naming what is wrong."""
    written = _read(file) if file is not None else {}
    known = {option.name for option in OPTIONS}
    if unknown := sorted(set(written) - known):
        raise UsageError(f'{file}: no such option: "{unknown[0]}"', f"the options are: {', '.join(sorted(known))}")
    values = {}
    for option in OPTIONS:
        variable = f"KB_{option.name.upper()}"
        if flags.get(option.name) is not None:
            values[option.name] = Value(option, _parsed(option, flags[option.name], f"--{option.name}"), "flag")
        elif environment.get(variable):
            values[option.name] = Value(option, _parsed(option, environment[variable], variable), "environment")
        elif option.name in written:
            values[option.name] = Value(option, _parsed(option, written[option.name], f"{file}: {option.name}"), "file")
        else:
            values[option.name] = Value(option, option.default, "default")
    return Settings(values)


def _parsed(option: Option, given: object, where: str) -> object:
    try:
        return option.parse(str(given))
    except ValueError as error:
        raise UsageError(f"{where} cannot be {str(given)!r}: {error}", f"{option.name}: {option.meaning}") from None


def _read(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"no such config file: {file}", "leave --config out, or make the file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is no valid TOML: {error}", "a line is: delay_s = 2") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", "name another with --config") from None
