"""The error tree of the switchboard.

::

    IvrError
    ├── ConfigError(problems)     someone must edit a file; every problem carries file:line:column
    │   ├── DialplanError
    │   ├── PromptError
    │   └── SettingsError
    ├── ProtocolError             the peer spoke nonsense: this call ends, the server does not
    │   ├── AgiError
    │   ├── AmiError
    │   └── AudioSocketError
    └── ServiceError(retryable)   something we rely on failed: becomes the answer ``Unavailable``
        ├── SmsFailed
        ├── StoreBusy
        └── VoiceFailed

Not errors: ``NoInput`` and ``NoMatch`` (values), ``CallerHungUp`` (how calls end).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that somebody has to mend in a file, in the manner of a compiler's message.

    ``line`` and ``column`` count from 1; 0 means that the whole file is meant. ``hint`` says what to do
    («did you mean “operator”?»), ``level`` whether the file can be used in spite of it.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.level}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class IvrError(Exception):
    """Everything that the switchboard raises on purpose."""


class ConfigError(IvrError):
    """A file that a person wrote cannot be used; ``problems`` holds all of them, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DialplanError(ConfigError):
    """A dialplan cannot be used."""


class PromptError(ConfigError):
    """A file of prompts cannot be used, or a prompt was asked for that does not exist."""


class SettingsError(ConfigError):
    """ivr.toml or the environment cannot be used."""


class ProtocolError(IvrError):
    """The peer spoke nonsense. The call at hand ends; the server goes on."""


class AgiError(ProtocolError):
    """Broken FastAGI conversation: bad request, a late or malformed reply, a closed connection."""


class AmiError(ProtocolError):
    """Broken manager (AMI) conversation, or an action that was refused."""


class AudioSocketError(ProtocolError):
    """The peer on the AudioSocket port speaks something else."""


class ServiceError(IvrError):
    """Something we rely on failed. ``retryable`` says whether trying again can help."""

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


class StoreBusy(ServiceError):
    """The database is locked, full or broken."""


class VoiceFailed(ServiceError):
    """A sentence could not be turned into sound in time."""


class SmsFailed(ServiceError):
    """The gateway has not taken a message (in time)."""
