"""What pydantic says of a section of a file → problems in words that an administrator understands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import ValidationError

from ivr.dialplan.fields import NAME, TARGET, Part, Path
from ivr.dialplan.findings import known_names, near
from ivr.dialplan.source import Source
from ivr.errors import Problem

_KEY = "[key]"
_NAME_HINT = "small Latin letters, digits and underscores"
_MOST_SHOWN = 40
_PLAIN = {
    "bool_parsing": "must be yes or no",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "model_type": "must be a mapping of fields",
    "dict_type": "must be a mapping of names",
    "tuple_type": "must be a list",
    "string_type": "must be a text",
    "too_short": "must have something in it",
}
"""pydantic's kinds of error in plainer words."""


def field_problems(
    source: Source, base: Path, what: str, model: type[Part], error: ValidationError
) -> Iterator[Problem]:
    """Every error of ``model`` read at ``base`` of ``source``; ``what`` names the section («menu “main”»)."""
    for item in error.errors():
        location: Path = item["loc"]
        path = (*base, *location)
        kind, given = item["type"], item["input"]
        field = ".".join(str(part) for part in location)
        if kind == "missing":
            yield source.at_key(path[:-1], f"{_whose(what, location)} needs “{location[-1]}”")
        elif kind == "extra_forbidden":
            known = _fields(_model_at(model, location))
            hint = near(str(location[-1]), known) or known_names(known)
            yield source.at_key(path, f"{_whose(what, location)} has no field “{location[-1]}”", hint)
        elif location and location[-1] == _KEY:
            yield source.at_key(path[:-1], f"{location[-2]!r} cannot be a name here", _NAME_HINT)
        elif given == "":
            yield source.at_key(path, f"{field} has no value")
        elif kind == "string_pattern_mismatch" and item["ctx"]["pattern"] in (NAME, TARGET):
            hint = _NAME_HINT + ("; file:node for a node of another file" if item["ctx"]["pattern"] == TARGET else "")
            yield source.at_value(path, f"{field}: {_shown(given)} is not a name", hint)
        elif kind == "value_error":
            yield source.at_value(path, f"{field}: {item['msg'].removeprefix('Value error, ')}")
        else:
            message = _PLAIN.get(kind) or item["msg"].replace("Input should be", "must be").replace("should", "must")
            yield source.at_value(path, f"{field or what}: {message}, not {_shown(given)}")


def _whose(what: str, location: Path) -> str:
    inner = ".".join(str(part) for part in location[:-1])
    return f"{inner} of {what}" if inner else what


def _shown(given: Any) -> str:
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, list):
        return "a list"
    text = str(given)
    return repr(text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…")


def _fields(model: type[Part]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[Part], location: Path) -> type[Part]:
    """The innermost model that the last part of ``location`` should have been a field of."""
    for part in location[:-1]:
        field = next((f for name, f in model.model_fields.items() if part in (name, f.alias)), None)
        if field is not None:
            model = next(_models_in(field.annotation), model)
    return model


def _models_in(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
