"""The little language of wordings: words with values in braces, cut into clips.

``{until:by_time}`` puts the value ``until`` into words with the formatter ``by_time``; a formatter may have arguments:
``{n:count звонок|звонка|звонков}``. Between values every sentence is one clip: a voice reads a whole sentence better
than its parts, and the commas in it are its own business. No literal brace can be written: nobody could hear it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import process

from ivr.prompts.model import GAP_MS, PAUSES_MS, SENTENCE_ENDS
from ivr.prompts.values import FORMATTERS, OPEN_FORMATTERS
from ivr.prompts.wording import Flaw, flaw_of_ending, flaws_of_words

_SLOT = re.compile(r"\{([^{}]*)\}")
_INSIDE = re.compile(r"\s*([a-z][a-z0-9_]*)\s*:\s*([A-Za-z_]+)(?:\s+(.*?))?\s*", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?…])(»?)\s+")
_MARK = re.compile(r"\s*([.,;:!?…—–-])\s*")


@dataclass(frozen=True, slots=True)
class Fixed:
    """Words that are always the same; one clip."""

    text: str
    final: bool
    pause: int


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value, with the punctuation behind it."""

    value: str
    formatter: str
    args: tuple[str, ...]
    mark: str
    at: int
    """Where it stands in the wording, for error messages."""

    @property
    def final(self) -> bool:
        """Whether the sentence ends with it."""
        return self.mark != "" and self.mark in SENTENCE_ENDS


@dataclass(slots=True)
class Template:
    """A wording taken apart. With ``flaws`` it must not be used."""

    items: list[Fixed | Slot] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def slots(self) -> list[Slot]:
        """The places of values, in order."""
        return [item for item in self.items if isinstance(item, Slot)]

    @property
    def names_places(self) -> bool:
        """Whether it needs a name that may have to be voiced live."""
        return any(slot.formatter in OPEN_FORMATTERS for slot in self.slots)


def parse_template(source: str) -> Template:
    """Take a wording apart. Never raises: what is wrong with it is in ``flaws``."""
    template = Template()
    text = re.sub(r"\s", " ", source)  # same length, so that places stay right
    if not text.strip():
        template.flaws.append(Flaw(0, "", "there are no words"))
        return template
    ending = flaw_of_ending(text)
    if ending:
        template.flaws.append(ending)
    at = 0
    for match in _SLOT.finditer(text):
        _add_words(template, text[at : match.start()], at, before_slot=True)
        _add_slot(template, match)
        at = match.end()
    _add_words(template, text[at:], at, before_slot=False)
    template.flaws.sort(key=lambda flaw: flaw.at)
    return template


def _add_slot(template: Template, match: re.Match[str]) -> None:
    at, token = match.start(), match.group()
    before = match.string[at - 1 : at]
    if before and before not in " ":
        hint = "put a blank before the brace; words and values are separate clips"
        template.flaws.append(Flaw(at, token, f"the value {token} is glued to “{before}”", hint))
    inside = _INSIDE.fullmatch(match.group(1))
    if inside is None:
        hint = "write {value:formatter}, for example {until:by_time}"
        template.flaws.append(Flaw(at, token, f"{token} is not understood", hint))
        return
    value, name, rest = inside[1], inside[2], inside[3]
    formatter = FORMATTERS.get(name)
    if formatter is None:
        template.flaws.append(Flaw(at, token, f"there is no formatter “{name}”", did_you_mean(name, FORMATTERS)))
        return
    args = tuple(part.strip() for part in rest.split("|")) if rest else ()
    if len(args) != formatter.args:
        wanted = "{number:count звонок|звонка|звонков}" if formatter.args else f"{{{value}:{name}}}"
        message = f"the formatter “{name}” needs {formatter.args or 'no'} arguments, not {len(args)}"
        template.flaws.append(Flaw(at, token, message, f"write {wanted}"))
        return
    for arg in args:
        template.flaws += [Flaw(at, token, flaw.message, flaw.hint) for flaw in flaws_of_words(arg)]
    template.items.append(Slot(value, name, args, "", at))


def _add_words(template: Template, text: str, at: int, *, before_slot: bool) -> None:
    brace = re.search(r"[{}]", text)
    if brace:
        missing = "}" if brace.group() == "{" else "{"
        message = f"a lone “{brace.group()}”"
        template.flaws.append(Flaw(at + brace.start(), brace.group(), message, f"its “{missing}” is missing"))
        text = text[: brace.start()]  # what stands behind it may be anything
    rest = text
    if template.items and isinstance(template.items[-1], Slot):
        rest = _mark_of_slot(template, text, at)
    offset = at + len(text) - len(rest)
    template.flaws += [Flaw(offset + flaw.at, flaw.token, flaw.message, flaw.hint) for flaw in flaws_of_words(rest)]
    sentences = [part for part in _split_sentences(rest) if part]
    for index, sentence in enumerate(sentences):
        is_last = index == len(sentences) - 1
        final = sentence.rstrip("»").endswith(tuple(SENTENCE_ENDS))
        mark = sentence.rstrip("»")[-1]
        pause = PAUSES_MS.get(mark, GAP_MS) if final or (is_last and before_slot) else GAP_MS
        template.items.append(Fixed(sentence, final, pause))


def _mark_of_slot(template: Template, text: str, at: int) -> str:
    """Hand the punctuation at the beginning of ``text`` to the value before it; return the rest."""
    slot = template.items[-1]
    assert isinstance(slot, Slot)
    match = _MARK.match(text)
    if match is None:
        if text and not text.startswith((" ", "{", "}")):
            hint = "put a blank behind the brace; words and values are separate clips"
            template.flaws.append(Flaw(at, text.split()[0], f"a value is glued to “{text[0]}”", hint))
        return text
    mark = match[1]
    if mark == "?":
        hint = "ask in a sentence of its own: the clips of values are not recorded as questions"
        template.flaws.append(Flaw(at + match.start(1), "?", "a value ends a question", hint))
    if mark in "–-":
        mark = "—"
    template.items[-1] = Slot(slot.value, slot.formatter, slot.args, mark, slot.at)
    return text[match.end() :]


def _split_sentences(text: str) -> list[str]:
    cut = _SENTENCE_END.sub(lambda match: match[1] + "\n", text.strip())
    return [" ".join(part.split()) for part in cut.split("\n")]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint at the nearest of ``known`` names, or the list of them when none is near."""
    names = sorted(known)
    best = process.extractOne(word, names, score_cutoff=60)
    return f"did you mean “{best[0]}”?" if best else "known: " + ", ".join(names)
