"""A dialplan as it is used: files, nodes by address, and the plan that a call is held by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.call.manner import USUAL, Manner
from ivr.call.model import Call
from ivr.dialplan.calendar import Calendar
from ivr.dialplan.fields import Name, Node, Part, Target
from ivr.dialplan.numbers import Numbers
from ivr.dialplan.topics import Topic
from ivr.prompts import PromptBook

__all__ = ["Anywhere", "Dialplan", "FileHead", "Placed", "Plan", "Topic", "full_address"]


class Anywhere(Part):
    """Where a caller goes on who says at any step that there is danger, or that they want a person."""

    danger: Target | None = None
    person: Target | None = None


class FileHead(Part):
    """One file of nodes; the nodes themselves not looked into yet."""

    start: Name
    """The node that a call comes to when the file is entered."""
    after_transfer: Target | None = None
    """Where a call goes on that comes back from a queue after its script was lost (the engine was restarted)."""
    anywhere: Anywhere = Anywhere()
    """Of the file that the line's calls start in: what is obeyed at any step."""
    nodes: dict[Name, dict[str, object]]
    """By name; each has a ``kind``, and is read by that."""


@dataclass(frozen=True, slots=True)
class Dialplan:
    """All nodes by their address ``file:node``; everything in here has been checked."""

    nodes: Mapping[str, Node]
    starts: Mapping[str, str]
    """The address that each file starts at."""
    after_transfer: Mapping[str, str]
    """Per file that says so: the address for calls that come back without their script."""
    anywhere: Mapping[str, Mapping[str, str]]
    """Per file: the address for what is obeyed at any step (``danger``, ``person``)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A call with what its numbers tell, and the address that it starts at."""

    call: Call
    entry: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the administrators' files say, in one version; a live call keeps the plan that it began with."""

    version: str
    dialplan: Dialplan
    book: PromptBook
    numbers: Numbers
    calendar: Calendar
    line: str
    """The file that calls start in when their number does not say otherwise."""
    manner: Manner = USUAL
    """How the robot asks."""

    @property
    def entry(self) -> str:
        """The address that calls start at."""
        return self.dialplan.starts[self.line]

    @property
    def after_transfer(self) -> str:
        """The address for calls that come back from a queue when their script is gone."""
        return self.dialplan.after_transfer[self.line]

    @property
    def anywhere(self) -> Mapping[str, str]:
        """The address for what is obeyed at any step (``danger``, ``person``), as far as there is one."""
        return self.dialplan.anywhere[self.line]

    def place(self, call: Call) -> Placed:
        """Look up the numbers of a call: its branch and РЭС, and where it starts."""
        located, entry = self.numbers.locate(call)
        return Placed(located, full_address(entry, self.dialplan.starts) if entry else self.entry)


def full_address(target: str, starts: Mapping[str, str]) -> str:
    """The address meant by ``file`` or ``file:node`` in numbers.yaml and in settings."""
    return target if ":" in target else starts[target]
