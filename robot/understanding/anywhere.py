"""What words mean at every step of a call. Pure."""

from __future__ import annotations

from ivr.call.listening import Meant
from robot.understanding.control import Control, control
from robot.understanding.danger import danger

_MEANT = {
    Control.PERSON: Meant.PERSON,
    Control.REPEAT: Meant.REPEAT,
    Control.SLOWER: Meant.REPEAT,
    Control.NOT_UNDERSTOOD: Meant.REPEAT,
    Control.WAIT: Meant.WAIT,
}


def means(text: str) -> Meant | None:
    """Danger before everything else; then what the caller wants of the talk."""
    if danger(text) is not None:
        return Meant.DANGER
    wanted = control(text)
    return None if wanted is None else _MEANT[wanted]
