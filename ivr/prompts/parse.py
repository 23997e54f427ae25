"""Files of prompts → entries, with every problem at its line and column.

YAML is composed, not loaded: every scalar stays the text that somebody typed («no», «012»), every key knows its
place, and a key given twice is a problem instead of a silent loss.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from ivr.errors import Problem
from ivr.prompts.template import Template, did_you_mean, parse_template
from ivr.prompts.wording import Flaw

_FIELDS = ("says", "talk", "unnamed", "note")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One prompt as it stands in a file."""

    name: str
    file: str
    line: int
    says: Template
    unnamed: Template | None
    note: str
    talk: Template | None = None
    """The wording for a caller who may answer in words."""


class FileParser:
    """Reads one file after another; ``entries`` and ``problems`` grow."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.problems: list[Problem] = []

    def read(self, file: str, source: str) -> None:
        """Take the prompts of one file in."""
        try:
            root = yaml.compose(source, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            self.problems.append(Problem(file, line, column, f"this is not YAML: {error.problem or error}"))
            return
        except yaml.YAMLError as error:
            self.problems.append(Problem(file, 0, 0, f"this is not YAML: {error}"))
            return
        if root is None:
            return
        if not isinstance(root, MappingNode):
            self._problem(file, root, "a file of prompts is a list of “name:” entries")
            return
        for key, value in root.value:
            self._prompt(file, source, key, value)

    def _problem(self, file: str, node: Node, message: str, hint: str = "") -> None:
        mark = node.start_mark
        self.problems.append(Problem(file, mark.line + 1, mark.column + 1, message, hint))

    def _prompt(self, file: str, source: str, key: Node, body: Node) -> None:
        if not isinstance(key, ScalarNode) or not _NAME.fullmatch(key.value):
            named = f"“{key.value}” " if isinstance(key, ScalarNode) else ""
            self._problem(file, key, f"{named}is no name of a prompt", "small Latin letters, digits and _")
            return
        name: str = key.value
        if name in self.entries:
            first = self.entries[name]
            self._problem(file, key, f"the prompt “{name}” stands here again", f"first in {first.file}:{first.line}")
            return
        if not isinstance(body, MappingNode):
            self._problem(file, body, f"“{name}” needs at least “says:”")
            return
        fields = self._fields(file, name, body)
        if "says" not in fields:
            if not any(given.value == "says" for given, _ in body.value):
                self._problem(file, key, f"“{name}” does not say anything", "add “says:”")
            return
        says = self._template(file, source, fields["says"])
        unnamed = self._template(file, source, fields["unnamed"]) if "unnamed" in fields else None
        self._check_pair(file, key, fields, says, unnamed)
        talk = self._template(file, source, fields["talk"]) if "talk" in fields else None
        if talk is not None:
            self._check_talk(file, fields["talk"], says, talk)
        note = fields["note"].value if "note" in fields else ""
        line = key.start_mark.line + 1
        self.entries[name] = Entry(name, file, line, says, unnamed, note, talk)

    def _fields(self, file: str, name: str, body: MappingNode) -> dict[str, ScalarNode]:
        fields: dict[str, ScalarNode] = {}
        for key, value in body.value:
            field = key.value if isinstance(key, ScalarNode) else ""
            if field not in _FIELDS:
                self._problem(file, key, f"“{name}” has no field “{field}”", did_you_mean(field, _FIELDS))
            elif field in fields:
                self._problem(file, key, f"“{field}” is given twice for “{name}”", "keep one of them")
            elif not isinstance(value, ScalarNode):
                hint = "put the words into quotes" if "{" in str(value) or isinstance(value, MappingNode) else ""
                self._problem(file, value, f"“{field}” of “{name}” must be a text", hint)
            else:
                fields[field] = value
        return fields

    def _template(self, file: str, source: str, node: ScalarNode) -> Template:
        template = parse_template(node.value)
        for flaw in template.flaws:
            line, column = place_of(node, source, flaw)
            self.problems.append(Problem(file, line, column, flaw.message, flaw.hint))
        return template

    def _check_pair(
        self, file: str, key: Node, fields: dict[str, ScalarNode], says: Template, unnamed: Template | None
    ) -> None:
        if unnamed is None:
            if says.names_places:
                hint = "add “unnamed:” with words for when the name cannot be voiced in time"
                self._problem(file, key, "it names a place but has no wording without the name", hint)
            return
        if not says.names_places:
            self._problem(file, fields["unnamed"], "“unnamed” is never used: “says” names no place")
        if unnamed.names_places:
            self._problem(file, fields["unnamed"], "“unnamed” names a place too", "leave the name out of it")
        known = {slot.value for slot in says.slots}
        for slot in unnamed.slots:
            if slot.value not in known:
                hint = did_you_mean(slot.value, known)
                message = f"the value “{slot.value}” is not among those of “says”"
                self._problem(file, fields["unnamed"], message, hint)

    def _check_talk(self, file: str, node: ScalarNode, says: Template, talk: Template) -> None:
        """Both wordings are asked for with the same values."""
        told, known = {slot.value for slot in talk.slots}, {slot.value for slot in says.slots}
        for value in sorted(told ^ known):
            where, other = ("talk", "says") if value in told else ("says", "talk")
            self._problem(file, node, f"the value “{value}” is in “{where}” and not in “{other}”")
        if talk.names_places and not says.names_places:
            self._problem(file, node, "“talk” names a place and “says” does not")


def place_of(node: ScalarNode, source: str, flaw: Flaw) -> tuple[int, int]:
    """Line and column (from 1) of a flaw in a scalar, whatever its style: quoted, plain or folded over lines."""
    start, end = node.start_mark.index, node.end_mark.index
    word = flaw.token.split()[0] if flaw.token.split() else ""
    if not word:
        return node.start_mark.line + 1, node.start_mark.column + 1
    skip = node.value[: flaw.at].count(word)
    at = start - 1
    for _ in range(skip + 1):
        at = source.find(word, at + 1, end)
        if at < 0:  # written with escapes: the beginning of the text must do
            return node.start_mark.line + 1, node.start_mark.column + 1
    line_start = source.rfind("\n", 0, at) + 1
    return source.count("\n", 0, at) + 1, at - line_start + 1


def parse_files(files: Mapping[str, str]) -> FileParser:
    """Read every file (path → text), in the order of their paths."""
    parser = FileParser()
    for file in sorted(files):
        parser.read(file, files[file])
    return parser
