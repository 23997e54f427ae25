"""The kinds of node: one file each, and the file's name is the ``kind`` written in YAML. No list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ivr.dialplan.fields import Node


@cache
def kinds() -> Mapping[str, type[Node]]:
    """All kinds of node by name: a listing of this folder. Raises ``TypeError`` for a file without just one kind."""
    found: dict[str, type[Node]] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        nodes = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Node) and value.__module__ == module.__name__
        ]
        if len(nodes) != 1:
            raise TypeError(f"{module.__name__} must define one kind of node, not {len(nodes)}")
        found[entry.name] = nodes[0]
    return MappingProxyType(found)
