"""The words of the formats and of the local pages, in both languages, read from data/formats.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

Words = Mapping[str, str]


@cache
def wording(language: str) -> Words:
    """Name -> text in a language; a missing name raises KeyError, which is a bug."""
    data = tomllib.loads((resources.files("kb") / "data" / "formats.toml").read_text(encoding="utf-8"))
    return MappingProxyType(data[language])
