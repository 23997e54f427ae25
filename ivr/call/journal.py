"""The journal's codec: any verb, answer, outcome or record as JSON-able values, and back.

A dataclass becomes ``{"_": "Say", "prompt": {…}, "interruptible": true}``: its class name under ``_`` beside its
fields. Class names are therefore names in stored data: no two journaled classes may share one (:func:`classes_of`
refuses that), and a class that is renamed makes the old records' values come back as :class:`Unknown`, which the
transcript and the «why» can still print.

All fields are written, also those that have their defaults: a default that is changed next year must not change what
last year's call did.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from types import MappingProxyType, ModuleType
from typing import Any

from ivr.call import errands, last_place, memory, model, script, verbs

TAG = "_"
_PLAIN = frozenset((str, int, float, bool, type(None)))
_LONGEST_REPR = 300


@dataclass(frozen=True, slots=True)
class Unknown:
    """A stored value whose class is not known here, or no longer has these fields."""

    name: str
    fields: tuple[tuple[str, Any], ...]


# ── encoding ───────────────────────────────────────────────────────────────────────────────────────────────────


def encode(value: Any) -> Any:
    """``value`` as something that ``json.dumps`` takes. Never raises.

    A value of a kind that is not foreseen (an open file, say) is kept as its ``repr`` and comes back as
    :class:`Unknown`: a record with one odd value is worth more than none. The house test sees to it that no verb,
    answer or outcome of ours needs this.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    return (_ENCODERS.get(kind) or _learn(kind))(value)


def _learn(kind: type[Any]) -> Callable[[Any], Any]:
    """The encoder of a class met for the first time; remembered, because fields are slow to look up."""
    encoder = _encoder_of(kind)
    _ENCODERS[kind] = encoder
    return encoder


def _encoder_of(kind: type[Any]) -> Callable[[Any], Any]:
    name = kind.__name__
    if issubclass(kind, Enum):
        return lambda value: {TAG: name, "v": encode(value.value)}
    if dataclasses.is_dataclass(kind):
        return _encoder_of_dataclass(kind)
    if issubclass(kind, datetime):
        return lambda value: {TAG: "datetime", "v": value.isoformat()}
    if issubclass(kind, date):
        return lambda value: {TAG: "date", "v": value.isoformat()}
    if issubclass(kind, timedelta):
        return lambda value: {TAG: "timedelta", "v": value.total_seconds()}
    if issubclass(kind, tuple | list):
        return lambda value: [encode(item) for item in value]
    if issubclass(kind, frozenset | set):
        return lambda value: {TAG: "frozenset", "v": sorted((encode(item) for item in value), key=repr)}
    if issubclass(kind, Mapping):
        return lambda value: {TAG: "dict", "v": [[encode(key), encode(item)] for key, item in value.items()]}
    if issubclass(kind, type):
        return lambda value: {TAG: "type", "v": value.__name__}
    if issubclass(kind, str):
        return str
    return lambda value: {TAG: name, "repr": _safe_repr(value)}


def _encoder_of_dataclass(kind: type[Any]) -> Callable[[Any], Any]:
    if kind is Unknown:
        return lambda value: {TAG: value.name, **{name: encode(item) for name, item in value.fields}}
    tag = kind.__name__
    names = tuple(field.name for field in dataclasses.fields(kind))

    def encode_fields(value: Any) -> Any:
        data: dict[str, Any] = {TAG: tag}
        for name in names:
            item = getattr(value, name)
            data[name] = item if type(item) in _PLAIN else encode(item)
        return data

    return encode_fields


def _safe_repr(value: Any) -> str:
    try:
        return repr(value)[:_LONGEST_REPR]
    except Exception as error:  # a broken __repr__ must not cost the record
        return f"<{type(error).__name__} in repr>"


_ENCODERS: dict[type[Any], Callable[[Any], Any]] = {}


# ── decoding ───────────────────────────────────────────────────────────────────────────────────────────────────


class Codec:
    """Decodes with the classes given. Immutable to its users; safe to share between threads."""

    def __init__(self, classes: Mapping[str, type]) -> None:
        self.classes: Mapping[str, type] = MappingProxyType(dict(classes))
        self._makers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "datetime": lambda data: datetime.fromisoformat(data["v"]),
            "date": lambda data: date.fromisoformat(data["v"]),
            "timedelta": lambda data: timedelta(seconds=data["v"]),
            "frozenset": lambda data: frozenset(self.decode(item) for item in data["v"]),
            "dict": lambda data: {self.decode(key): self.decode(item) for key, item in data["v"]},
            "type": lambda data: classes.get(data["v"]) or Unknown("type", (("name", data["v"]),)),
        }
        for name, kind in classes.items():
            if name in self._makers:
                raise ValueError(f"a journaled class may not be called {name!r}: {kind.__module__}.{name}")
            self._makers[name] = self._maker_of(kind)

    def decode(self, data: Any) -> Any:
        """The value that :func:`encode` made ``data`` of.

        Fields added to a class since get their defaults; where that cannot be, or fields have gone, the value is
        :class:`Unknown`. Raises ``ValueError`` or ``KeyError`` only for data that no :func:`encode` ever made.
        """
        if type(data) is dict:
            maker = self._makers.get(data[TAG])
            return self._unknown(data) if maker is None else maker(data)
        if type(data) is list:
            return tuple([self.decode(item) for item in data])
        return data

    def _unknown(self, data: dict[str, Any]) -> Unknown:
        return Unknown(data[TAG], tuple((name, self.decode(item)) for name, item in data.items() if name != TAG))

    def _maker_of(self, kind: type[Any]) -> Callable[[dict[str, Any]], Any]:
        if issubclass(kind, Enum):
            return lambda data: self._member(kind, data)
        fields = tuple((field.name, field) for field in dataclasses.fields(kind))
        put = object.__setattr__  # what was valid when it was written is valid: no __init__, frozen or not

        def make(data: dict[str, Any]) -> Any:
            value = object.__new__(kind)
            found = 1
            for name, field in fields:
                if name in data:
                    item = data[name]
                    put(value, name, item if type(item) in _PLAIN else self.decode(item))
                    found += 1
                elif field.default is not dataclasses.MISSING:
                    put(value, name, field.default)
                elif field.default_factory is not dataclasses.MISSING:
                    put(value, name, field.default_factory())
                else:
                    return self._unknown(data)
            return value if found == len(data) else self._unknown(data)

        return make

    def _member(self, kind: type[Enum], data: dict[str, Any]) -> Any:
        try:
            return kind(self.decode(data["v"]))
        except ValueError:  # a member that has been removed since
            return self._unknown(data)


def classes_of(*modules: ModuleType) -> dict[str, type]:
    """Every dataclass and Enum that is defined in ``modules``, by name.

    Raises ``ValueError`` when two of them share a name: stored data could not tell them apart.
    """
    found: dict[str, type] = {}
    for module in modules:
        for kind in vars(module).values():
            if not isinstance(kind, type) or kind.__module__ != module.__name__:
                continue
            if not (dataclasses.is_dataclass(kind) or issubclass(kind, Enum)):
                continue
            other = found.setdefault(kind.__name__, kind)
            if other is not kind:
                raise ValueError(
                    f"two journaled classes are called {kind.__name__}: {other.__module__} and {kind.__module__}"
                )
    return found


CORE_MODULES = (errands, last_place, memory, model, script, verbs)
CORE: Mapping[str, type] = MappingProxyType(classes_of(*CORE_MODULES))
"""The classes of the centre: enough to read any record's frame, questions and answers."""
