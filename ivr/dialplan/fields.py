"""What the nodes of a dialplan are made of: targets, prompts, durations; and what a node can tell of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic.fields import FieldInfo

from ivr.call.model import Prompt, Value

if TYPE_CHECKING:
    from ivr.dialplan.findings import Finding, Knowledge
    from ivr.dialplan.walk import Visit

Path = tuple[str | int, ...]
"""Where something is in a file or a node: keys and list positions from the top."""
NAME = r"^[a-z][a-z0-9_]*$"
"""Names of nodes, files and prompts: small Latin letters, digits, underscores."""
TARGET = r"^([a-z][a-z0-9_]*:)?[a-z][a-z0-9_]*$"

REPEAT = "repeat"
"""In a menu's choices, where a target stands: say the menu again. No node can be called so."""


@dataclass(frozen=True, slots=True)
class Way:
    """Marks a field as a way out of its node; ``chosen`` when only the caller's own choice leads there."""

    chosen: bool = False


Name = Annotated[str, StringConstraints(pattern=NAME)]
Target = Annotated[str, StringConstraints(pattern=TARGET), Way()]
"""Where to go on: a node of the same file, or ``file:node``."""
ChosenTarget = Annotated[str, StringConstraints(pattern=TARGET), Way(chosen=True)]
"""The same, where nobody comes without asking for it."""
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
        if not text.removeprefix("-").isdecimal():
            raise ValueError(f"{text!r} is not a whole number")
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

    path: Path
    target: str
    chosen: bool = False


class Node(Part):
    """A station of a call. A kind of node is a file in ``nodes/``: fields, checks and behaviour together.

    Its ways out and its prompts are found by the types of its fields: :data:`Target` and :data:`Wording`.
    """

    says: ClassVar[tuple[str, ...]] = ()
    """Prompts that this kind says without any field naming them."""

    def findings(self, known: Knowledge) -> Iterator[Finding]:
        """What is wrong with this node beyond its fields, targets and prompts."""
        yield from ()

    async def run(self, visit: Visit) -> str | None:
        """Do what this node is for; the target to go on at, or ``None`` at the end of the call."""
        raise NotImplementedError


def exits_of(model: type[Part], values: Mapping[str, Any], above: Path = ()) -> Iterator[Exit]:
    """All targets among the field values of a node (or of a part of one), and where they are written."""
    for name, path, value in _values_of(model, values, above):
        way = _way(model.model_fields[name])
        if way is not None and isinstance(value, str):
            if not (way.chosen and value == REPEAT):
                yield Exit(path, value, way.chosen)
        elif isinstance(value, Part):
            yield from exits_of(type(value), dict(value), path)


def prompts_of(model: type[Part], values: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, PromptUse]]:
    """All prompts among the field values of a node (or of a part of one), and where they are written."""
    for _, path, value in _values_of(model, values, above):
        if isinstance(value, PromptUse):
            yield path, value
        elif isinstance(value, Part):
            yield from prompts_of(type(value), dict(value), path)


def _values_of(model: type[Part], values: Mapping[str, Any], above: Path) -> Iterator[tuple[str, Path, Any]]:
    """Field name, path and value; of lists and mappings, every value in them."""
    for name, field in model.model_fields.items():
        value, path = values.get(name), (*above, field.alias or name)
        if isinstance(value, tuple):
            yield from ((name, (*path, index), item) for index, item in enumerate(value))
        elif isinstance(value, dict):
            yield from ((name, (*path, key), item) for key, item in value.items())
        else:
            yield name, path, value


def _way(field: FieldInfo) -> Way | None:
    """The mark of a field, also of an optional one."""
    marks = [
        *field.metadata,
        *(mark for arg in get_args(field.annotation) for mark in getattr(arg, "__metadata__", ())),
    ]
    return next((mark for mark in marks if isinstance(mark, Way)), None)
