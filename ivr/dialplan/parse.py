"""Texts of files → nodes, numbers and calendar; every problem in a file at its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from ivr.dialplan.calendar import Calendar
from ivr.dialplan.field_problems import field_problems
from ivr.dialplan.fields import NAME, REPEAT, Exit, Node, Part, Path, PromptUse, exits_of, prompts_of
from ivr.dialplan.findings import known_names, near
from ivr.dialplan.model import FileHead
from ivr.dialplan.nodes import kinds
from ivr.dialplan.numbers import Numbers
from ivr.dialplan.robot_file import Robot
from ivr.dialplan.source import Source, read
from ivr.errors import Problem

NUMBERS_FILE = "numbers"
CALENDAR_FILE = "calendar"
ROBOT_FILE = "robot"

P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True)
class Ways:
    """What a node refers to. Of a node that cannot be used: as much as can be read, so that all is found at once."""

    exits: tuple[Exit, ...] = ()
    prompts: tuple[tuple[Path, PromptUse], ...] = ()
    mentions: tuple[str, ...] = ()
    """Of a node that cannot be used: every text in it, because each may be a target."""


@dataclass(slots=True)
class NodeFile:
    """A file of nodes, as far as it could be read."""

    name: str
    source: Source
    start: str = ""
    after_transfer: str | None = None
    anywhere: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    """The nodes that can be used."""
    ways: dict[str, Ways] = field(default_factory=dict)
    """Of all nodes that are written in the file, good or not."""


@dataclass(slots=True)
class Parsed:
    """All files of a dialplan folder."""

    files: dict[str, NodeFile] = field(default_factory=dict)
    numbers: Numbers | None = None
    numbers_source: Source | None = None
    calendar: Calendar | None = None
    calendar_source: Source | None = None
    robot: Robot | None = None
    robot_source: Source | None = None
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
        elif name == ROBOT_FILE:
            parsed.robot_source = source
            parsed.robot = _whole_file(source, "robot.yaml", Robot, parsed.problems)
        else:
            if not re.fullmatch(NAME, name):
                hint = "small Latin letters, digits and underscores"
                parsed.problems.append(Problem(path, 0, 0, f"{name!r} cannot be the name of a file here", hint))
            parsed.files[name] = _node_file(name, source, parsed.problems)
    return parsed


def _whole_file(source: Source, what: str, model: type[P], problems: list[Problem]) -> P | None:
    """The file as a model. Where a part of it is wrong, the rest: it can still be checked."""
    if source.data is None:
        return None
    whole = _validated(source, (), what, model, source.data, problems)
    if whole is not None or not isinstance(source.data, dict):
        return whole
    return cast(P, model.model_construct(None, **_good_fields(model, source.data)))


def _validated(source: Source, path: Path, what: str, model: type[P], data: Any, problems: list[Problem]) -> P | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems += field_problems(source, path, what, model, error)
        return None


def _good_fields(model: type[Part], data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ``data`` that can be read, each by itself; of a mapping or a list, its readable items."""
    good: dict[str, Any] = {}
    for name, about in model.model_fields.items():
        written = data.get(about.alias or name)
        reader: TypeAdapter[Any] = TypeAdapter(about.rebuild_annotation())
        for attempt in _attempts(reader, written):
            try:
                good[name] = reader.validate_python(attempt)
            except ValidationError:
                continue
            break
    return good


def _attempts(reader: TypeAdapter[Any], written: Any) -> Iterator[Any]:
    """A value as it is; then, of a mapping or a list, without the items that are wrong."""
    if written is None:
        return
    yield written
    try:
        reader.validate_python(written)
    except ValidationError as error:
        wrong = {item["loc"][0] for item in error.errors() if item["loc"]}
        if isinstance(written, dict):
            yield {key: value for key, value in written.items() if key not in wrong}
        elif isinstance(written, list):
            yield [value for index, value in enumerate(written) if index not in wrong]


def _node_file(name: str, source: Source, problems: list[Problem]) -> NodeFile:
    file = NodeFile(name, source)
    if source.data is None:
        return file
    _validated(source, (), f"file {name}", FileHead, source.data, problems)
    data = source.data if isinstance(source.data, dict) else {}
    file.start = _text(data.get("start"))
    file.after_transfer = _text(data.get("after_transfer")) or None
    anywhere = data.get("anywhere")
    file.anywhere = {key: _text(to) for key, to in anywhere.items()} if isinstance(anywhere, dict) else {}
    nodes = data.get("nodes")
    for node_name, fields in nodes.items() if isinstance(nodes, dict) else ():
        if node_name == REPEAT:
            message = f"a node cannot be called {node_name!r}: in a menu that means to say it again"
            problems.append(source.at_key(("nodes", node_name), message))
        _take_node(file, node_name, fields, problems)
    return file


def _take_node(file: NodeFile, name: str, fields: Any, problems: list[Problem]) -> None:
    mentioned = tuple(mentions(fields))
    if not isinstance(fields, dict):  # the head of the file has said so already
        file.ways[name] = Ways(mentions=mentioned)
        return
    model = _kind(file.source, name, fields, problems)
    if model is None:
        file.ways[name] = Ways(mentions=mentioned)
        return
    rest = {key: value for key, value in fields.items() if key != "kind"}
    what = f"{fields['kind']} “{name}”"
    node = _validated(file.source, ("nodes", name), what, model, rest, problems)
    values = _good_fields(model, rest) if node is None else dict(node)
    exits, prompts = tuple(exits_of(model, values)), tuple(prompts_of(model, values))
    file.ways[name] = Ways(exits, prompts, mentioned if node is None else ())
    if node is not None:
        file.nodes[name] = node


def _kind(source: Source, name: str, fields: dict[str, Any], problems: list[Problem]) -> type[Node] | None:
    kind = fields.get("kind")
    if kind is None:
        problems.append(source.at_key(("nodes", name), f"node “{name}” needs “kind”", known_names(kinds())))
        return None
    if not isinstance(kind, str):
        message = "“kind” is one word, not a list or a mapping"
        problems.append(source.at_value(("nodes", name, "kind"), message, known_names(kinds())))
        return None
    model = kinds().get(kind)
    if model is None:
        hint = near(kind, kinds()) or known_names(kinds())
        problems.append(source.at_value(("nodes", name, "kind"), f"there is no kind of node {kind!r}", hint))
    return model


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
