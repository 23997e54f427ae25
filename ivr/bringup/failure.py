"""What is raised when something cannot be brought onto this machine."""

from __future__ import annotations

from ivr.errors import ServiceError


class BringupFailed(ServiceError):
    """A package, program or port that we need is not to be had here; ``hint`` says how to mend it."""

    def __init__(self, message: str, *, hint: str = "", retryable: bool = True) -> None:
        super().__init__(message, retryable=retryable)
        self.hint = hint
        if hint:
            self.add_note(hint)
