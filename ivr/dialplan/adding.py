"""A phrase put into a menu's choice: the text of a dialplan file with nothing else changed, comments and all. Pure.

The place is found by the marks of YAML's own composer and the text is spliced there; what came of it is read again and
must say exactly what it said before and the phrase.
"""

from __future__ import annotations

import re
from typing import Any, get_args

import yaml

from ivr.call.manner import Offer
from ivr.dialplan.findings import known_names, near
from ivr.dialplan.source import read
from ivr.errors import IvrError

WIDTH = 118
"""A longer line is broken before the new phrase."""
BY_HAND = "the file is written in a way that cannot be changed safely: add the phrase by hand"
_PHRASE = re.compile(r"[а-яёa-z0-9](?:[а-яёa-z0-9 -]*[а-яёa-z0-9])?", re.IGNORECASE)


class CannotAdd(IvrError):
    """The phrase cannot be put there; the message says why."""


def as_phrase(text: str) -> str:
    """What a caller says as a phrase of a dialplan. Raises :class:`CannotAdd` for what no caller says."""
    phrase = " ".join(re.sub(r"[.,!?«»\"]", " ", text).lower().split())
    if not _PHRASE.fullmatch(phrase) or not 2 <= len(phrase) <= 80:
        raise CannotAdd(f"{text!r} is no phrase: 2 to 80 letters, figures and spaces, as it is said")
    return phrase


def add_phrase(file: str, text: str, node: str, choice: str, phrase: str) -> tuple[str, str, tuple[str, ...]]:
    """Add ``phrase`` to the choice of the menu ``node`` in the text of a dialplan ``file``.

    ``choice`` is its key as it is written (``1``, ``star``) or its label. Gives the new text, the key, and the other
    nodes of the file that share the choice (by a YAML alias) and so get the phrase as well. Raises :class:`CannotAdd`.
    """
    source = read(file, text)
    nodes = _field(source.data, "nodes")
    if not isinstance(nodes, dict):
        raise CannotAdd(f"{file} cannot be read as a dialplan: ivr check says why")
    if node not in nodes:
        raise CannotAdd(f"{file}: there is no node {node!r}; {near(node, nodes) or known_names(nodes)}")
    choices = _field(nodes[node], "choices")
    if not isinstance(choices, dict):
        raise CannotAdd(f"{file}: “{node}” is no menu: only a menu's choices have phrases")
    key = _key_of(choices, choice)
    if key is None:
        labels = {
            f"{one} ({_field(about, 'label')})" if _field(about, "label") else one: 0 for one, about in choices.items()
        }
        raise CannotAdd(f"“{node}” has no choice {choice!r}; {known_names(labels)}")
    if phrase in (_field(choices[key], "phrases") or ()):
        raise CannotAdd(f"«{phrase}» is a phrase of {node}.{key} already")
    new = _spliced(text, node, key, phrase)
    return new, key, _others(source.data, read(file, new).data, node, key, phrase)


def add_offer_phrase(file: str, text: str, offer: str, phrase: str) -> str:
    """Add ``phrase`` to those for an offer in the text of ``robot.yaml``; the new text. Raises :class:`CannotAdd`."""
    offers = get_args(Offer)
    if offer not in offers:
        raise CannotAdd(f"{file}: there is no offer {offer!r}; {near(offer, offers) or known_names(offers)}")
    source = read(file, text)
    there: Any = _field(source.data, "phrases") or {}
    if source.problems or not isinstance(there, dict) or not isinstance(there.get(offer, []), list):
        raise CannotAdd(f"{file} cannot be read: ivr check says why")
    if phrase in there.get(offer, []):
        raise CannotAdd(f"«{phrase}» is a phrase for {offer} already")
    phrases = _value(yaml.compose(text, Loader=yaml.BaseLoader), "phrases")
    if phrases is None or not isinstance(phrases, yaml.MappingNode) or not phrases.value:
        raise CannotAdd(f"{file} has no phrases yet: write the first ones by hand, as the manual shows")
    listed = _value(phrases, offer)
    new = (
        _with_new_field(text, phrases, f'{offer}: ["{phrase}"]')
        if listed is None
        else _grown(text, phrases, listed, phrase)
    )
    expected = {**source.data, "phrases": {**there, offer: [*there.get(offer, []), phrase]}}
    if read(file, new).data != expected:
        raise CannotAdd(BY_HAND)
    return new


def _key_of(choices: dict[str, Any], choice: str) -> str | None:
    if choice in choices:
        return choice
    wanted = choice.casefold()
    return next((key for key, about in choices.items() if str(_field(about, "label")).casefold() == wanted), None)


def _field(about: Any, name: str) -> Any:
    return about.get(name) if isinstance(about, dict) else None


def _others(old: Any, new: Any, node: str, key: str, phrase: str) -> tuple[str, ...]:
    """The other nodes that have the phrase now. Raises :class:`CannotAdd` if anything else has changed."""
    others = []
    try:
        for name, fields in old["nodes"].items():
            before: Any = _field(fields, "choices")
            now: Any = _field(new["nodes"][name], "choices")
            if before == now:
                continue
            about = before[key] if isinstance(before[key], dict) else {"to": before[key]}
            grown = {**about, "phrases": [*about.get("phrases", []), phrase]}
            new["nodes"][name]["choices"] = {**now, key: before[key]} if now[key] == grown else now
            if name != node:
                others.append(name)
            elif now[key] != grown:
                raise KeyError(key)
    except (TypeError, KeyError, AttributeError):
        raise CannotAdd(BY_HAND) from None
    if new != old:
        raise CannotAdd(BY_HAND)
    return tuple(others)


def _spliced(text: str, node: str, key: str, phrase: str) -> str:
    root = yaml.compose(text, Loader=yaml.BaseLoader)
    about = _value(_value(_value(_value(root, "nodes"), node), "choices"), key)
    quoted = f'"{phrase}"'
    if isinstance(about, yaml.ScalarNode):  # «5: other:menu»
        start, end = about.start_mark.index, about.end_mark.index
        return f"{text[:start]}{{to: {text[start:end]}, phrases: [{quoted}]}}{text[end:]}"
    phrases = _value(about, "phrases")
    if phrases is None:
        return _with_new_field(text, about, f"phrases: [{quoted}]")
    return _grown(text, about, phrases, phrase)


def _grown(text: str, about: yaml.MappingNode, phrases: Any, phrase: str) -> str:
    """The list ``phrases`` of the mapping ``about`` with one more."""
    quoted = f'"{phrase}"'
    if not phrases.flow_style and phrases.value:
        end = text.find("\n", phrases.value[-1].end_mark.index)
        end = len(text) if end < 0 else end
        return f"{text[:end].rstrip(chr(13))}\n{' ' * phrases.start_mark.column}- {quoted}{text[end:]}"
    if not phrases.value:
        at = phrases.start_mark.index + 1
        return f"{text[:at]}{quoted}{text[at:]}"
    return _with_item(text, phrases.value, quoted, about.value[0][0].start_mark.column + 2)


def _with_new_field(text: str, about: yaml.MappingNode, field: str) -> str:
    """A choice that has no phrases yet."""
    first, (_, last) = about.value[0][0], about.value[-1]
    if about.flow_style:
        return _with_item(text, [value for _, value in about.value], field, first.start_mark.column)
    end = text.find("\n", _end(last))
    end = len(text) if end < 0 else end
    return f"{text[:end].rstrip(chr(13))}\n{' ' * first.start_mark.column}{field}{text[end:]}"


def _with_item(text: str, items: list[Any], item: str, indent: int) -> str:
    """An item behind the last one of a list in brackets; on a line of its own where the last one is full."""
    end = items[-1].end_mark.index
    begins = text.rfind("\n", 0, end) + 1
    ends = text.find("\n", end)
    line = text[begins : len(text) if ends < 0 else ends]
    if len(line) + len(item) + 2 <= WIDTH:
        return f"{text[:end]}, {item}{text[end:]}"
    if items[0].start_mark.line < items[-1].start_mark.line:
        indent = len(line) - len(line.lstrip())
    return f"{text[:end]},\n{' ' * indent}{item}{text[end:]}"


def _end(node: Any) -> int:
    """Where a value's text ends; the mark of a list or mapping without brackets is beyond empty lines and remarks."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _value(node: Any, key: str) -> Any:
    """The value of a mapping's key; ``None`` where there is none."""
    return next((value for name, value in node.value if name.value == key), None)
