"""YAML text → plain strings, lists and mappings, with the line and column of every one of them.

Everything stays text here (``BaseLoader``): ``yaml.safe_load`` would make ``012`` ten, ``no:`` false, ``12:30`` seven
hundred and fifty, and would let a duplicate key win silently. Numbers and truth values are made later, by the models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ivr.dialplan.fields import Path
from ivr.errors import Problem

Place = tuple[int, int]
"""Line and column, from 1."""

MOST_NODES = 50_000
"""More than any plan needs; a file of aliases of aliases could else fill the memory."""

_USUAL_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_HASH_KEY = re.compile(r"^(\s+)#\s*:\s*\S")


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says, and where. ``data`` is ``None`` when the text is not YAML at all."""

    file: str
    data: Any
    keys: dict[Path, Place]
    values: dict[Path, Place]
    problems: tuple[Problem, ...]

    def key_place(self, path: Path) -> Place:
        """Where the key at ``path`` is written, or the nearest thing above it that is written at all."""
        for end in range(len(path), 0, -1):
            place = self.keys.get(path[:end]) or self.values.get(path[:end])
            if place:
                return place
        return (1, 1)

    def value_place(self, path: Path) -> Place:
        """Where the value at ``path`` is written, or the nearest value above it."""
        above = (path[:end] for end in range(len(path), -1, -1))
        return next((self.values[part] for part in above if part in self.values), (1, 1))

    def at_key(self, path: Path, message: str, hint: str = "") -> Problem:
        """A problem with the key at ``path``."""
        return Problem(self.file, *self.key_place(path), message, hint)

    def at_value(self, path: Path, message: str, hint: str = "") -> Problem:
        """A problem with the value at ``path``."""
        return Problem(self.file, *self.value_place(path), message, hint)


def read(file: str, text: str) -> Source:
    """Read YAML text. Never raises: what is wrong is in ``problems``, and the rest is there all the same."""
    try:
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        return Source(file, None, {}, {}, (_syntax_problem(file, text, error),))
    except yaml.YAMLError as error:  # a character that YAML does not allow; it has a position and no mark
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        column = position - (text.rfind("\n", 0, position) + 1) + 1
        return Source(file, None, {}, {}, (Problem(file, line, column, f"not allowed in YAML: {_reason(error)}"),))
    except RecursionError:
        return Source(file, None, {}, {}, (Problem(file, 0, 0, "lists and mappings inside each other without end"),))
    if root is None:
        return Source(file, None, {}, {}, (Problem(file, 1, 1, "the file is empty"),))
    reading = _Reading(file)
    data = reading.take(root, (), frozenset())
    problems = (*reading.problems, *_commented_hash_keys(file, text))
    return Source(file, data, reading.keys, reading.values, problems)


class _Reading:
    """One pass over the composed nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self.seen = 0

    def take(self, node: yaml.Node, path: Path, above: frozenset[int]) -> Any:
        place = _place(node)
        self.values.setdefault(path, place)
        self.seen += 1
        if id(node) in above:
            self._problem(place, "this alias contains itself")
            return ""
        if self.seen > MOST_NODES:
            if self.seen == MOST_NODES + 1:
                self._problem(place, f"more than {MOST_NODES} values: too much for one file")
            return ""
        if node.tag not in _USUAL_TAGS:
            self._problem(place, f"tags are not used here: {node.tag.removeprefix('tag:yaml.org,2002:')}")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, above | {id(node)})
        if isinstance(node, yaml.SequenceNode):
            return [self.take(item, (*path, i), above | {id(node)}) for i, item in enumerate(node.value)]
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path, above: frozenset[int]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = _place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(place, "a key is a plain word here")
                continue
            key = key_node.value
            if key in found:
                first = self.keys[(*path, key)][0]
                self._problem(place, f"{key!r} is here twice (first in line {first})", "remove one of the two")
                continue
            self.keys[(*path, key)] = place
            found[key] = self.take(value_node, (*path, key), above)
        return found

    def _problem(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.file, *place, message, hint))


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _commented_hash_keys(file: str, text: str) -> Iterator[Problem]:
    """``#: repeat`` is a comment to YAML: the choice would be lost without a word."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _HASH_KEY.match(line)
        if found:
            column = len(found[1]) + 1
            yield Problem(file, number, column, "to YAML this line is a comment", "the key # is written “hash”")


def _syntax_problem(file: str, text: str, error: yaml.MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    lines = text.splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    hint = ""
    if re.match(r"\s*\*\s*:", written):
        hint = "the key * is written “star”"
    elif "\t" in written[: len(written) - len(written.lstrip())]:
        hint = "indent with spaces, not with tabs"
    elif "mapping values are not allowed" in str(error.problem):
        hint = "put quotes around a text that has a colon in it, and mind the indentation"
    return Problem(file, line, column, f"not YAML: {_reason(error)}", hint)


def _reason(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        return ", ".join(part for part in (error.context, error.problem) if part)
    return getattr(error, "reason", "") or str(error)
