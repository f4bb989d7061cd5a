"""Files and folders written whole or not at all: beside their place first, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from kb.errors import KbError

MARK = ".kb-site"  # in every folder that was written here, so that no other is ever replaced
_CURE = "name another place with -o"


def write_file(target: Path, data: bytes) -> None:
    """Write a file; what stood there before stays until all is written. A device or a pipe is written as it is.

    Raises KbError.
    """
    if target.is_dir():
        raise KbError(f"cannot write {target}: it is a folder", _CURE)
    if target.exists() and not target.is_file():
        try:
            target.write_bytes(data)
        except OSError as error:
            raise _refused(target, error) from None
        return
    target = target.resolve() if target.is_symlink() else target
    try:
        handle, name = tempfile.mkstemp(dir=target.parent or Path(), prefix=f".{target.name[:100]}.")
    except OSError as error:
        raise _refused(target, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise _refused(target, error) from None


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files (path with slashes -> bytes) in the place of one that was written here before.

    A folder that holds anything else is left alone. Raises KbError.
    """
    target = target.resolve() if target.is_symlink() else target
    if target.exists():
        if not target.is_dir():
            raise KbError(f"cannot write {target}: it is a file, and this format is a folder", _CURE)
        if any(target.iterdir()) and not (target / MARK).is_file():
            raise KbError(f"cannot write {target}: it holds other files", "name an empty or a new folder with -o")
    made = old = None
    try:
        made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:100]}."))
        for name, data in sorted(files.items()):
            _write_in(made, name, data)
        (made / MARK).write_text("This folder is written by kb export, which replaces all of it.\n", encoding="utf-8")
        made.chmod(0o755)
        if target.exists():
            old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:100]}.old."))
            target.replace(old)
        made.replace(target)
    except OSError as error:
        if made:
            shutil.rmtree(made, ignore_errors=True)
        if old and not target.exists():
            old.replace(target)
        raise _refused(target, error) from None
    if old:
        shutil.rmtree(old, ignore_errors=True)


def _write_in(folder: Path, name: str, data: bytes) -> None:
    parts = PurePosixPath(name)
    assert not parts.is_absolute() and ".." not in parts.parts, name
    place = folder.joinpath(*parts.parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def _refused(target: Path, error: OSError) -> KbError:
    if isinstance(error, FileNotFoundError):
        return KbError(f"cannot write {target}: there is no folder {target.parent}", _CURE)
    return KbError(f"cannot write {target}: {(error.strerror or str(error)).lower()}", _CURE)
