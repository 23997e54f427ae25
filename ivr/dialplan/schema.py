"""JSON Schemas of the administrators' files, for editors that complete and check while one types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr.dialplan.calendar import Calendar
from ivr.dialplan.fields import NAME, TARGET, Part
from ivr.dialplan.model import Anywhere
from ivr.dialplan.nodes import kinds
from ivr.dialplan.numbers import Numbers
from ivr.dialplan.robot_file import Robot

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def dialplan_schema() -> Schema:
    """A file of nodes: one alternative for each kind there is."""
    definitions: Schema = {}
    alternatives = []
    for kind, model in sorted(kinds().items()):
        schema = _schema_of(model)
        definitions |= schema.pop("$defs", {})
        schema["properties"] = {"kind": {"const": kind}, **schema.get("properties", {})}
        schema["required"] = ["kind", *schema.get("required", [])]
        definitions[f"kind_{kind}"] = schema
        alternatives.append({"$ref": f"#/$defs/kind_{kind}"})
    return {
        "$schema": DIALECT,
        "title": "A dialplan",
        "type": "object",
        "additionalProperties": False,
        "required": ["start", "nodes"],
        "properties": {
            "start": {"type": "string", "pattern": NAME, "description": "The node that a call comes to first."},
            "after_transfer": {
                "type": "string",
                "pattern": TARGET,
                "description": "Where callers go on who come back from a queue after the engine was restarted.",
            },
            "anywhere": {
                "type": "object",
                "additionalProperties": False,
                "properties": {meant: {"type": "string", "pattern": TARGET} for meant in Anywhere.model_fields},
                "description": "Where callers go on who speak of danger, or want a person, at any step.",
            },
            "nodes": {
                "type": "object",
                "propertyNames": {"pattern": NAME},
                "additionalProperties": {"type": "object", "required": ["kind"], "oneOf": alternatives},
            },
        },
        "$defs": definitions,
    }


def prompts_schema() -> Schema:
    """A file of prompts. Whether the words themselves can be said is for ``ivr check`` to tell."""
    text = {"type": "string", "minLength": 1}
    return {
        "$schema": DIALECT,
        "title": "Prompts",
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": {
            "type": "object",
            "required": ["says"],
            "additionalProperties": False,
            "properties": {
                "says": {**text, "description": "The words; values as {until:by_time}."},
                "talk": {**text, "description": "The words where the caller may answer in words as well."},
                "unnamed": {**text, "description": "The same without places, for when a name cannot be voiced."},
                "note": {**text, "description": "For those who edit."},
            },
        },
    }


def _whole(model: type[Part], title: str) -> Schema:
    return {"$schema": DIALECT, **_schema_of(model), "title": title}


def _schema_of(model: type[Part]) -> Schema:
    schema = model.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    schema.pop("title", None)
    return schema


SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "dialplan": dialplan_schema,
    "numbers": lambda: _whole(Numbers, "numbers.yaml"),
    "calendar": lambda: _whole(Calendar, "calendar.yaml"),
    "robot": lambda: _whole(Robot, "robot.yaml"),
    "prompts": prompts_schema,
}
"""What there is a schema for."""
