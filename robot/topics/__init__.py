"""What calls are about: one file per topic, and the file's name is the name used in dialplans.

A topic is an ``async def`` of the file's name that takes the call, awaits verbs, and returns how it ended. It never
transfers: it returns ``NeedsPerson`` and the dialplan chooses the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ivr.call.model import Outcome

Topic = Callable[..., Coroutine[Any, Any, Outcome]]


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic by name, found by listing this folder."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: getattr(import_module(f"{__name__}.{name}"), name) for name in names}
