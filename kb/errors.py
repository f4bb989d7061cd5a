"""One tree of the errors that are the user's to mend; anything else that is raised is a bug."""

from __future__ import annotations


class KbError(Exception):
    """Something could not be done. `str(error)` is one line; `hint` says what to do about it."""

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(KbError):
    """The words of a command cannot be what they are meant to be."""

    exit_code = 2


class StoreError(KbError):
    """The database is missing, foreign, newer than this program, locked, full or read-only."""


class ModelError(KbError):
    """An embedding model cannot be had, or is not the one that the vectors were made by."""


class NotFound(KbError):
    """A post, topic, source or edition that the store does not hold."""


class NetworkError(KbError):
    """No blog could be reached at all."""


class Busy(KbError):
    """Another job is at work on the store; that is no failure, the next run does what was due."""

    exit_code = 0
