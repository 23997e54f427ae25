"""``kind: menu``: a question answered by one key, or in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ivr.call import verbs
from ivr.call.memory import Recall, Remember
from ivr.call.model import Digits, Heard, Prompt, Speech, Utterance
from ivr.call.script import GaveUp, ask_until
from ivr.dialplan.fields import REPEAT, ChosenTarget, Node, Part, PromptUse, Target, Whole, Wording, Wordings, resolve
from ivr.dialplan.findings import Finding, Knowledge
from ivr.dialplan.walk import Visit

KEYS = {**{digit: digit for digit in "0123456789"}, "star": "*", "hash": "#"}
"""Keys as they are written → as they are pressed."""
MOST_CHOICES = 6
"""More than this nobody remembers to the end; ``star`` and ``hash`` (repeat, back) are not counted."""
MOST_REPEATS = 5
"""Nobody listens to a menu for ever; after this it is taken as not understood."""


_NO_KEY = "not "
"""Before a key: what is understood then goes by the phrases alone."""
Phrase = Annotated[str, Field(min_length=2, max_length=80)]


class Choice(Part):
    """Where a key leads. ``label`` says in a few words what the choice is, for the record and the terminal; ``phrases``
    are what callers say who want it: words may be left out, added and bent."""

    to: ChosenTarget
    label: str = Field("", max_length=80)
    phrases: tuple[Phrase, ...] = ()

    @property
    def wordings(self) -> tuple[str, ...]:
        """All that means this choice."""
        return (*self.phrases, self.label) if self.label else self.phrases


class Tries(Part):
    """How often the question is put to a caller who stays silent, and to one who answers wrongly; counted apart."""

    no_input: Whole = Field(ge=1, le=5)
    no_match: Whole = Field(ge=1, le=5)


@dataclass(frozen=True, slots=True)
class Carried:
    """A fact to remember: what was said in a menu and means something in the one behind it, at ``to``; ``through`` are
    the menus that it came by."""

    words: str = ""
    to: str = ""
    through: frozenset[str] = frozenset()


def _target_only(value: object) -> object:
    return {"to": value} if isinstance(value, str) else value


def _both(value: object) -> object:
    return {"no_input": value, "no_match": value} if isinstance(value, str | int) else value


ChoiceUse = Annotated[Choice, BeforeValidator(_target_only, json_schema_input_type=ChosenTarget | Choice)]
TriesUse = Annotated[Tries, BeforeValidator(_both, json_schema_input_type=Whole | Tries)]


class Menu(Node):
    """Ask ``prompt`` and go on where the pressed key leads; a key cuts the prompt short.

    The n-th silence is answered by the n-th prompt of ``no_input``, the n-th wrong key by the n-th of ``no_match``
    (the last one serves for all further ones); after ``tries`` it goes on at ``silent`` or ``not_understood``.
    ``wait``: seconds to the key after the prompt.
    """

    prompt: Wording
    choices: dict[str, ChoiceUse] = Field(min_length=1)
    tries: TriesUse
    no_input: Wordings = ()
    no_match: Wordings = ()
    silent: Target
    not_understood: Target
    wait: float = Field(5.0, ge=1, le=30)

    def findings(self, known: Knowledge) -> Iterator[Finding]:
        """Keys that exist, not too many of them, and ladders that fit ``tries``."""
        for key in self.choices:
            if key not in KEYS:
                hint = {"*": "written “star”", "#": "written “hash”"}.get(key, "0 to 9, star, hash")
                yield Finding(("choices", key), f"there is no key {key!r}", hint, at_key=True)
        heard = [key for key in self.choices if key not in ("star", "hash")]
        if len(heard) > MOST_CHOICES:
            message = f"{len(heard)} choices: callers remember {MOST_CHOICES} at most"
            yield Finding(("choices",), message, "move some into a menu of their own", at_key=True)
        if known.unheard is not None:
            for key, choice in self.choices.items():
                written = [(("label",), choice.label)] if choice.label else []
                for path, said in (*written, *((("phrases", n), one) for n, one in enumerate(choice.phrases))):
                    if lacking := known.unheard(said):
                        message = f"callers cannot say this: the recogniser does not know «{', '.join(lacking)}»"
                        yield Finding(("choices", key, *path), message, "ivr models adapt", level="warning")
        yield from self._said_twice()
        if all(choice.to == REPEAT for choice in self.choices.values()):
            yield Finding(("choices",), "no key leads anywhere", at_key=True)
        for field in ("no_input", "no_match"):
            ladder, tries = getattr(self, field), getattr(self.tries, field)
            if tries > 1 and not ladder:
                yield Finding((), f"{field} is missing: with {tries} tries the question is put again", at_key=True)
            if len(ladder) > tries - 1:
                message = f"{len(ladder)} prompts in {field}, but with tries {tries} only {tries - 1} can be heard"
                yield Finding((field,), message, "raise tries or remove prompts", at_key=True)

    def _said_twice(self) -> Iterator[Finding]:
        """Words for two choices that lead to different places: nobody who says them would be understood. In another
        order they are a warning only: whoever understands callers may tell them apart."""
        said: dict[str, tuple[str, str]] = {}
        for key, choice in self.choices.items():
            label = [(("label",), choice.label)] if choice.label else []
            for path, words in (*((("phrases", n), one) for n, one in enumerate(choice.phrases)), *label):
                folded = _folded(words)
                other, first = said.setdefault(" ".join(sorted(folded.split())), (key, folded))
                if self.choices[other].to != choice.to:
                    message = f"«{words}» means the choice {other} already"
                    hint = "said by a caller it would be neither: keep it for one of the two"
                    level: Literal["error", "warning"] = "error" if folded == first else "warning"
                    yield Finding(("choices", key, *path), message, hint, level=level)

    async def run(self, visit: Visit) -> str | None:
        """Ask until a key leads on or the tries are used up. Words that mean something in a menu behind this one lead
        there at once: what was said here is not asked again there."""
        by_key = {KEYS[key]: choice for key, choice in self.choices.items()}
        by_label = {_folded(choice.label): key for key, choice in by_key.items() if choice.label}
        nearest, all_said = self._understood(visit)

        def meant(text: str, here: bool = True) -> tuple[str, str] | None:
            """The key, and the words again where they mean something in a menu behind it only. ``here``: they were said
            in this menu; «пять» said in another one is no key of this."""
            if plain := text if here and text in by_key else by_label.get(_folded(text)):
                return plain, ""
            for wordings, carried in ((nearest, ""), (all_said, text)):
                if here:
                    found = visit.understands(text, wordings)
                else:
                    found = visit.understands(text, {f"{_NO_KEY}{key}": words for key, words in wordings.items()})
                if found is not None:
                    return found.removeprefix(_NO_KEY), carried
            return None

        def accept(heard: Heard) -> tuple[str, str] | None:
            match heard:
                case Digits(keys=keys):
                    return (keys, "") if keys in by_key else None
                case Utterance(text=text):
                    return meant(text)

        said = tuple(dict.fromkeys(_folded(one) for choice in self.choices.values() for one in choice.wordings))
        question = verbs.Ask(visit.prompt(self.prompt), wait=self.wait, speech=Speech("choice", said))
        no_input = self._ladder(visit, self.no_input, self.tries.no_input)
        no_match = self._ladder(visit, self.no_match, self.tries.no_match)
        carried = await Recall(Carried)
        through = frozenset({visit.address})
        answer: tuple[str, str] | GaveUp | None = None
        if carried is not None and carried.to == visit.address:
            await Remember(Carried())
            if at_once := meant(carried.words, here=False):
                answer, through = at_once, through | carried.through
        for _ in range(MOST_REPEATS):
            if answer is None:
                answer = await ask_until(question, accept, no_input=no_input, no_match=no_match)
            if isinstance(answer, GaveUp):
                return self.silent if answer.silent else self.not_understood
            key, words = answer
            choice = by_key[key]
            await verbs.Note(f"key {key}" + (f": {choice.label}" if choice.label else ""))
            if choice.to != REPEAT:
                target = resolve(choice.to, visit.address)
                await Remember(Carried(words, target, through) if words and target not in through else Carried())
                return choice.to
            answer, through = None, frozenset({visit.address})
        await verbs.Note("menu repeated too often")
        return self.not_understood

    def _understood(self, visit: Visit) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """What callers say for each key: here, and in this menu or those behind its choices. For several keys that
        lead to one place it is told of the first; a place is led to by the nearest way."""
        nodes = visit.plan.dialplan.nodes
        found: dict[str, list[str]] = {}
        covered = {visit.address}
        ahead: list[tuple[str, str, Menu]] = []
        """Keys of this menu, and the menus that they lead to."""
        for key, choice in self.choices.items():
            target = choice.to if choice.to == REPEAT else resolve(choice.to, visit.address)
            first = next((k for k, other in self.choices.items() if other.to == choice.to), key)
            found.setdefault(KEYS[first], []).extend(choice.wordings)
            if target not in covered and isinstance(behind := nodes.get(target), Menu):
                ahead.append((KEYS[first], target, behind))
            covered.add(target)
        nearest = {key: tuple(dict.fromkeys(wordings)) for key, wordings in found.items()}
        while ahead:
            key, address, menu = ahead.pop(0)
            for choice in menu.choices.values():
                target = resolve(choice.to, address)
                if choice.to == REPEAT or target in covered:
                    continue
                covered.add(target)
                found[key].extend(choice.wordings)
                if isinstance(behind := nodes.get(target), Menu):
                    ahead.append((key, target, behind))
        return nearest, {key: tuple(dict.fromkeys(wordings)) for key, wordings in found.items()}

    @staticmethod
    def _ladder(visit: Visit, wordings: tuple[PromptUse, ...], tries: int) -> list[Prompt]:
        prompts = [visit.prompt(wording) for wording in wordings]
        return (prompts + prompts[-1:] * tries)[: tries - 1]


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())
