"""Texts of files → nodes, numbers and calendar; every problem in a file at its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, TypeVar

from pydantic import ValidationError

from ivr.dialplan.calendar import Calendar
from ivr.dialplan.field_problems import field_problems
from ivr.dialplan.fields import NAME, Node, Part
from ivr.dialplan.findings import known_names, near
from ivr.dialplan.model import FileHead
from ivr.dialplan.nodes import kinds
from ivr.dialplan.numbers import Numbers
from ivr.dialplan.source import Source, read
from ivr.errors import Problem

NUMBERS_FILE = "numbers"
CALENDAR_FILE = "calendar"
RESERVED = frozenset({"repeat"})
"""Names that mean something else where a target stands."""

P = TypeVar("P", bound=Part)


@dataclass(slots=True)
class NodeFile:
    """A file of nodes, as far as it could be read."""

    name: str
    source: Source
    start: str = ""
    after_transfer: str | None = None
    nodes: dict[str, Node] = field(default_factory=dict)
    broken: dict[str, Any] = field(default_factory=dict)
    """Nodes that cannot be used, as plain text: they exist for those that lead to them."""

    @property
    def names(self) -> set[str]:
        """All nodes that are written in the file, good or not."""
        return self.nodes.keys() | self.broken.keys()


@dataclass(slots=True)
class Parsed:
    """All files of a dialplan folder."""

    files: dict[str, NodeFile] = field(default_factory=dict)
    numbers: Numbers | None = None
    numbers_source: Source | None = None
    calendar: Calendar | None = None
    calendar_source: Source | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every file of nodes is YAML at all: else nothing can be said about who leads where."""
        return all(file.source.data is not None for file in self.files.values())


def parse_files(texts: Mapping[str, str]) -> Parsed:
    """Read the files of a dialplan folder (path → text). Never raises: what is wrong is in ``problems``."""
    parsed = Parsed()
    for path, text in sorted(texts.items()):
        source = read(path, text)
        name = PurePosixPath(path).stem
        parsed.problems += source.problems
        if name == NUMBERS_FILE:
            parsed.numbers_source = source
            parsed.numbers = _whole_file(source, "numbers.yaml", Numbers, parsed.problems)
        elif name == CALENDAR_FILE:
            parsed.calendar_source = source
            parsed.calendar = _whole_file(source, "calendar.yaml", Calendar, parsed.problems)
        else:
            if not re.fullmatch(NAME, name):
                hint = "small Latin letters, digits and underscores"
                parsed.problems.append(Problem(path, 0, 0, f"{name!r} cannot be the name of a file here", hint))
            parsed.files[name] = _node_file(name, source, parsed.problems)
    return parsed


def _whole_file(source: Source, what: str, model: type[P], problems: list[Problem]) -> P | None:
    if source.data is None:
        return None
    return _validated(source, (), what, model, source.data, problems)


def _validated(
    source: Source, path: tuple[str | int, ...], what: str, model: type[P], data: Any, problems: list[Problem]
) -> P | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems += field_problems(source, path, what, model, error)
        return None


def _node_file(name: str, source: Source, problems: list[Problem]) -> NodeFile:
    file = NodeFile(name, source)
    if source.data is None:
        return file
    _validated(source, (), f"file {name}", FileHead, source.data, problems)
    data = source.data if isinstance(source.data, dict) else {}
    file.start = _text(data.get("start"))
    file.after_transfer = _text(data.get("after_transfer")) or None
    nodes = data.get("nodes")
    for node_name, fields in nodes.items() if isinstance(nodes, dict) else ():
        path = ("nodes", node_name)
        if node_name in RESERVED:
            problems.append(source.at_key(path, f"a node cannot be called {node_name!r}: a menu says itself again so"))
        node = _node(source, node_name, fields, problems) if isinstance(fields, dict) else None
        if node is None:
            file.broken[node_name] = fields
        else:
            file.nodes[node_name] = node
    return file


def _node(source: Source, name: str, fields: dict[str, Any], problems: list[Problem]) -> Node | None:
    path = ("nodes", name)
    kind = fields.get("kind")
    if kind is None:
        problems.append(source.at_key(path, f"node “{name}” needs “kind”", known_names(kinds())))
        return None
    model = kinds().get(kind) if isinstance(kind, str) else None
    if model is None:
        shown = kind if isinstance(kind, str) else "that"
        hint = near(shown, kinds()) or known_names(kinds())
        problems.append(source.at_value((*path, "kind"), f"there is no kind of node {shown!r}", hint))
        return None
    rest = {key: value for key, value in fields.items() if key != "kind"}
    return _validated(source, path, f"{kind} “{name}”", model, rest, problems)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def mentions(data: Any) -> Iterator[str]:
    """Every text in ``data``: what a node that cannot be read may lead to."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from mentions(value)
    elif isinstance(data, list):
        for value in data:
            yield from mentions(value)
