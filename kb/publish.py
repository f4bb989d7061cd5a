"""Where a rendered article goes: stdout, a file, a folder; what cannot be is said before anything is computed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from kb.errors import KbError, UsageError
from kb.exporters import Rendered, suffix
from kb.files import write_file, write_folder

_NO_TEXT = frozenset((".epub",))


def require_place(form: str, output: Path | None) -> None:
    """Raises UsageError for no such format, or one that cannot go to stdout; KbError for no such place."""
    ending = suffix(form)
    if output is None:
        if not ending:
            raise UsageError(
                f"{form} is a folder and cannot go to stdout", f"name one: kb export --format {form} -o out"
            )
        if ending in _NO_TEXT and sys.stdout.isatty():
            raise UsageError(f"{form} is no text for a terminal", f"name a file with -o, such as article{ending}")
    elif not output.parent.is_dir():
        raise KbError(f"cannot write {output}: there is no folder {output.parent}", "name another place with -o")


def write(rendered: Rendered, output: Path) -> Iterator[str]:
    """Put a file or a folder in its place, whole or not at all; what was done, in lines. Raises KbError."""
    if isinstance(rendered, bytes):
        write_file(output, rendered)
        yield f"wrote {output} ({len(rendered):,} bytes)"
        return
    write_folder(output, rendered)
    yield f"wrote {output} ({len(rendered)} files, {sum(map(len, rendered.values())):,} bytes)"
    if "index.html" in rendered:
        yield f"look at it: {output / 'index.html'}"
