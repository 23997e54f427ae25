"""The book of prompts: every wording of a language, and how a prompt becomes words at a given moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache

from ivr.call.model import Prompt
from ivr.errors import Problem, PromptError
from ivr.prompts.model import MOSCOW, PAUSES_MS, SENTENCE_MS, STRESS, Fragment, Piece, Position, Spoken
from ivr.prompts.moments import Context, as_day
from ivr.prompts.parse import Entry, parse_files
from ivr.prompts.template import Fixed, Slot, Template, did_you_mean
from ivr.prompts.values import FORMATTERS, OPEN_FORMATTERS, PLACE_FORMATTERS, TIMELESS
from ivr.prompts.written import WRITTEN

_PLACE_SECONDS = 5.0
"""A long address («город Грязи, улица Карла Маркса, дом двадцать пять дробь один»), for rough lengths."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A fragment with the mark that follows it in the transcript."""

    fragment: Fragment
    mark: str


class PromptBook:
    """All prompts of one language. Immutable; safe to share between calls and threads."""

    def __init__(self, entries: Mapping[str, Entry], zone: tzinfo = MOSCOW) -> None:
        self._entries = dict(entries)
        self._zone = zone

    @classmethod
    def parse(cls, files: Mapping[str, str], zone: tzinfo = MOSCOW) -> PromptBook:
        """The book out of its files (path → YAML text); ``zone`` is the time that is spoken.

        Raises :class:`PromptError` with every problem of every file.
        """
        parser = parse_files(files)
        if parser.problems:
            raise PromptError(parser.problems)
        return cls(parser.entries, zone)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def names(self) -> tuple[str, ...]:
        """The names of all prompts, sorted."""
        return tuple(sorted(self._entries))

    def where(self, name: str) -> tuple[str, int]:
        """The file and line that a prompt stands in. Raises :class:`PromptError` for an unknown name."""
        entry = self._entry(name)
        return entry.file, entry.line

    def note(self, name: str) -> str:
        """What the file says about the prompt to those who edit it; often nothing."""
        return self._entry(name).note

    def values_of(self, name: str) -> Mapping[str, str]:
        """The values that a prompt needs → the formatter that each is said with (the first, where it has several)."""
        needed: dict[str, str] = {}
        for slot in self._entry(name).says.slots:
            needed.setdefault(slot.value, slot.formatter)
        return needed

    def takes(self, name: str) -> Mapping[str, tuple[type, ...]]:
        """The values that a prompt needs → the types that they may have."""
        return {value: FORMATTERS[formatter].takes for value, formatter in self.values_of(name).items()}

    def speak(self, prompt: Prompt, now: datetime, *, names: bool = True, talk: bool = False) -> Spoken:
        """The words of ``prompt`` at ``now`` (aware). With ``names=False`` the wording that names no place; with
        ``talk`` the one for a caller who may answer in words, where there is one.

        Raises :class:`PromptError` when the prompt is unknown or its values are not those that its wording needs.
        """
        entry = self._entry(prompt.name)
        values = prompt.values
        self._check_values(entry, values)
        template = entry.talk if talk and entry.talk is not None else entry.says
        if not names and entry.unnamed is not None:
            template = entry.unnamed
        context = Context(now.astimezone(self._zone))
        parts: list[_Part] = []
        for item in template.items:
            if isinstance(item, Fixed):
                parts.append(_Part(_fixed(item), ""))
            else:
                try:
                    pieces, context = _say(item, values[item.value], context)
                except ValueError as error:
                    raise self._unspeakable(entry, f"its value “{item.value}”: {error}") from error
                parts += _placed(pieces, item.mark)
        return Spoken(prompt.name, _fragments(parts), _transcript(parts))

    def write(self, prompt: Prompt, now: datetime, *, names: bool = True) -> str:
        """The words of ``prompt`` as an SMS has them: like :meth:`speak`, with its values in figures.

        Raises :class:`PromptError` as :meth:`speak` does.
        """
        entry = self._entry(prompt.name)
        values = prompt.values
        self._check_values(entry, values)
        context = Context(now.astimezone(self._zone))
        parts: list[_Part] = []
        for item in (entry.says if names else entry.unnamed or entry.says).items:
            if isinstance(item, Fixed):
                parts.append(_Part(_fixed(item), ""))
                continue
            value = values[item.value]
            try:
                text = WRITTEN[item.formatter](value, Context(context.now, context.day, item.args))
                if FORMATTERS[item.formatter].tells_day:
                    context = Context(context.now, as_day(value, context))
            except ValueError as error:
                raise self._unspeakable(entry, f"its value “{item.value}”: {error}") from error
            parts.append(_Part(Fragment(text, "value", PAUSES_MS[item.mark], _position(item.mark)), item.mark))
        return _transcript(parts)

    def closed_fragments(self) -> Iterator[Fragment]:
        """Every fixed and value fragment that this book can speak, once per text and position."""
        seen: set[tuple[str, Position]] = set()
        for template in self._templates():
            for item in template.items:
                for fragment in _closed(item):
                    if (fragment.text, fragment.position) not in seen:
                        seen.add((fragment.text, fragment.position))
                        yield fragment

    def fragments_of(self, name: str) -> Iterator[Fragment]:
        """The closed fragments of one prompt (some may come twice)."""
        entry = self._entry(name)
        for template in _wordings(entry):
            for item in template.items:
                yield from _closed(item)

    def name_positions(self) -> frozenset[Position]:
        """The positions in which names of places occur: what has to be rendered when places are imported."""
        positions: set[Position] = set()
        for slot in self._place_slots():
            positions |= {"inner", "final"} if slot.final else {"inner"}
        return frozenset(positions)

    def names_of(self, place: str) -> tuple[Fragment, ...]:
        """The name fragments of a place as it is stored, in every position in which this book says it.

        «г Грязи, ул 8 Марта, д 25/1» has two names; its house is closed. Raises ``ValueError`` when it names nothing.
        """
        found: dict[tuple[str, Position], Fragment] = {}
        for formatter, mark in sorted({(slot.formatter, slot.mark) for slot in self._place_slots()}):
            pieces = FORMATTERS[formatter].say(place, TIMELESS)
            for part in _placed(pieces, mark):
                if part.fragment.kind == "name":
                    found.setdefault((part.fragment.text, part.fragment.position), part.fragment)
        return tuple(found.values())

    def longest(self, name: str) -> float:
        """Rough seconds that a prompt takes with its longest values."""
        entry = self._entry(name)
        return max(sum(_longest(item) for item in template.items) for template in _wordings(entry))

    def _entry(self, name: str) -> Entry:
        entry = self._entries.get(name)
        if entry is None:
            hint = did_you_mean(name, self._entries) if self._entries else ""
            raise PromptError([Problem("prompts", 0, 0, f"there is no prompt “{name}”", hint)])
        return entry

    def _templates(self) -> Iterator[Template]:
        for name in self.names():
            yield from _wordings(self._entries[name])

    def _place_slots(self) -> Iterator[Slot]:
        for template in self._templates():
            yield from (slot for slot in template.slots if slot.formatter in PLACE_FORMATTERS)

    def _check_values(self, entry: Entry, values: Mapping[str, object]) -> None:
        needed = {slot.value for slot in entry.says.slots}
        missing, unknown = sorted(needed - set(values)), sorted(set(values) - needed)
        if missing:
            raise self._unspeakable(entry, f"the value “{missing[0]}” is missing")
        if unknown:
            raise self._unspeakable(entry, f"its words have no value “{unknown[0]}”")

    def _unspeakable(self, entry: Entry, message: str) -> PromptError:
        return PromptError([Problem(entry.file, entry.line, 1, f"prompt “{entry.name}” cannot be said: {message}")])


def _wordings(entry: Entry) -> tuple[Template, ...]:
    return tuple(template for template in (entry.says, entry.talk, entry.unnamed) if template is not None)


def _say(slot: Slot, value: object, context: Context) -> tuple[tuple[Piece, ...], Context]:
    formatter = FORMATTERS[slot.formatter]
    pieces = formatter.say(value, Context(context.now, context.day, slot.args))
    if not formatter.tells_day:
        return pieces, context
    said: date = as_day(value, context)
    return pieces, Context(context.now, said)


def _placed(pieces: tuple[Piece, ...], mark: str) -> list[_Part]:
    """Pieces with the mark of their slot behind the last one, which ends the sentence if the mark does."""
    parts = [
        _Part(Fragment(piece.text, piece.kind, piece.pause_ms, _position(piece.mark)), piece.mark)
        for piece in pieces[:-1]
    ]
    last = pieces[-1]
    parts.append(_Part(Fragment(last.text, last.kind, PAUSES_MS[mark], _position(mark)), mark))
    return parts


def _position(mark: str) -> Position:
    return "final" if mark and PAUSES_MS[mark] == SENTENCE_MS else "inner"


def _fixed(item: Fixed) -> Fragment:
    return Fragment(item.text, "fixed", item.pause, "final" if item.final else "inner")


def _fragments(parts: list[_Part]) -> tuple[Fragment, ...]:
    fragments = [part.fragment for part in parts]
    last = fragments[-1]
    fragments[-1] = Fragment(last.text, last.kind, 0, last.position)
    return tuple(fragments)


def _transcript(parts: list[_Part]) -> str:
    text = ""
    starts_sentence = True
    for part in parts:
        words = part.fragment.text
        if starts_sentence:
            words = words[:1].upper() + words[1:]
        mark = f" {part.mark}" if part.mark == "—" else part.mark
        text += f" {words}{mark}" if text else f"{words}{mark}"
        starts_sentence = part.fragment.position == "final"
    return text.replace(STRESS, "")


def _closed(item: Fixed | Slot) -> Iterator[Fragment]:
    if isinstance(item, Fixed):
        yield _fixed(item)
    else:
        yield from _closed_values(item.formatter, item.args, item.mark)


@lru_cache(maxsize=256)
def _closed_values(formatter: str, args: tuple[str, ...], mark: str) -> tuple[Fragment, ...]:
    found: dict[tuple[str, Position], Fragment] = {}
    for value, context in FORMATTERS[formatter].samples():
        pieces = FORMATTERS[formatter].say(value, Context(context.now, context.day, args))
        for part in _placed(pieces, mark):
            if part.fragment.kind == "value":
                found.setdefault((part.fragment.text, part.fragment.position), part.fragment)
    return tuple(found.values())


def _longest(item: Fixed | Slot) -> float:
    if isinstance(item, Fixed):
        return _fixed(item).seconds
    return _longest_value(item.formatter, item.args, item.mark)


@lru_cache(maxsize=256)
def _longest_value(formatter: str, args: tuple[str, ...], mark: str) -> float:
    if formatter in OPEN_FORMATTERS:
        return _PLACE_SECONDS
    longest = 0.0
    for value, context in FORMATTERS[formatter].samples():
        pieces = FORMATTERS[formatter].say(value, Context(context.now, context.day, args))
        longest = max(longest, sum(part.fragment.seconds for part in _placed(pieces, mark)))
    return longest
