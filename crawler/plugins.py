"""Finds what a package offers by file name, and loads one by its name: adding is one file."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any


def names(package: str) -> list[str]:
    """The plug-ins of a package in order of name, without importing any; names that begin with _ are helpers."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return sorted(m.name for m in iter_modules(places) if not m.name.startswith("_")) if places else []


def load(package: str, name: str, attribute: str) -> Any:
    """What a plug-in offers under this name; raises LookupError that lists the plug-ins there are."""
    if name not in (known := names(package)):
        raise LookupError(f"no such plug-in of {package}: {name!r} (there are {', '.join(known) or 'none'})")
    try:
        return getattr(import_module(f"{package}.{name}"), attribute)
    except AttributeError as error:
        raise LookupError(f"{package}.{name} has no {attribute}") from error
