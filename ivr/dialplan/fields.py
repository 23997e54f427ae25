"""What the nodes of a dialplan are made of: targets, prompts, durations; and what a node can tell of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from ivr.call.model import Prompt, Value

if TYPE_CHECKING:
    from ivr.dialplan.findings import Finding, Knowledge
    from ivr.dialplan.walk import Visit

NAME = r"^[a-z][a-z0-9_]*$"
"""Names of nodes, files and prompts: small Latin letters, digits, underscores."""
TARGET = r"^([a-z][a-z0-9_]*:)?[a-z][a-z0-9_]*$"

Name = Annotated[str, StringConstraints(pattern=NAME)]
Target = Annotated[str, StringConstraints(pattern=TARGET)]
"""Where to go on: a node of the same file, or ``file:node``."""
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Part(BaseModel):
    """A piece of a file: frozen, and unknown fields are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PromptUse(Part):
    """A prompt as a dialplan asks for it: its name, and fixed values where its wording needs them."""

    name: Name
    values: dict[str, str] = Field({})

    def prompt(self, takes: Mapping[str, tuple[type, ...]]) -> Prompt:
        """The prompt with its values turned from text into what its wording takes. Raises ``ValueError``."""
        return Prompt(self.name, **{name: _typed(text, takes[name]) for name, text in self.values.items()})


def _prompt_by_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _several(value: object) -> object:
    return [] if value == "" else value if isinstance(value, list) else [value]


Wording = Annotated[PromptUse, BeforeValidator(_prompt_by_name, json_schema_input_type=Name | PromptUse)]
"""``prompt: greeting`` or ``prompt: {name: …, values: {…}}``."""
Wordings = Annotated[
    tuple[Wording, ...], BeforeValidator(_several, json_schema_input_type=Wording | tuple[Wording, ...])
]
"""One prompt or a list of them."""
Whole = Annotated[int, WithJsonSchema({"type": "integer"})]


def _typed(text: str, types: tuple[type, ...]) -> Value:
    """Text of a dialplan as the value that a prompt takes. Raises ``ValueError``."""
    if str in types:
        return text
    if int in types:
        return int(text)
    if date in types:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, as in 2026-12-31T18:00+03:00")
    return moment


def resolve(target: str, address: str) -> str:
    """The address that ``target`` means when it is written in the node at ``address``."""
    return target if ":" in target else f"{address.partition(':')[0]}:{target}"


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node. ``path`` is where in the node it is written.

    ``chosen`` exits are taken only when the caller asks for them; all others can be taken by a caller who does
    nothing at all, so they must come to an end by themselves.
    """

    path: tuple[str | int, ...]
    target: str
    chosen: bool = False


class Node(Part):
    """A station of a call. A kind of node is a file in ``nodes/``: fields, checks and behaviour together."""

    def exits(self) -> Iterator[Exit]:
        """All targets that are written in this node."""
        yield from ()

    def prompts(self) -> Iterator[tuple[tuple[str | int, ...], PromptUse]]:
        """All prompts that are written in this node, and where."""
        yield from ()

    def findings(self, known: Knowledge) -> Iterator[Finding]:
        """What is wrong with this node beyond its fields, targets and prompts."""
        yield from ()

    async def run(self, visit: Visit) -> str | None:
        """Do what this node is for; the target to go on at, or ``None`` at the end of the call."""
        raise NotImplementedError

    def _one_prompt(self, field: str) -> Iterator[tuple[tuple[str | int, ...], PromptUse]]:
        value: Any = getattr(self, field)
        if value is not None:
            yield (field,), value

    def _one_exit(self, field: str) -> Iterator[Exit]:
        value: Any = getattr(self, field)
        if value is not None:
            yield Exit((field,), value)
