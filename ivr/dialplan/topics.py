"""What a topic is to a dialplan: a script of the robot operator, and the settings that it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ivr.call.model import Outcome

Topic = Callable[..., Coroutine[Any, Any, Outcome]]
"""``async def known_outage(call: Call) -> Outcome``. Keyword-only text parameters are settings, which a dialplan gives
as ``with: {…}``."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a topic. ``values`` are those that it may have; empty = any text."""

    name: str
    required: bool
    values: tuple[str, ...] = ()


def settings_of(topic: Topic) -> Mapping[str, Setting]:
    """The settings that ``topic`` takes, by name."""
    hints = get_type_hints(topic)
    return {
        parameter.name: Setting(
            parameter.name,
            parameter.default is parameter.empty,
            tuple(str(value) for value in _literals(hints.get(parameter.name))),
        )
        for parameter in inspect.signature(topic).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    }


def _literals(hint: Any) -> tuple[Any, ...]:
    """The values of ``Literal[…]``, also inside an alias."""
    hint = getattr(hint, "__value__", hint)
    return get_args(hint) if get_origin(hint) is Literal else ()
