"""A set of clips to measure with: what is in its folder, read and checked.

``set.json`` (name, version, licence, what the voices are), ``clips.tsv`` (file, kind, voice, grammar, text;
tab-separated, with a heading), ``grammars/<name>.txt`` (a phrase a line; after a tab its meaning, where only the
meaning matters), ``clips/*.wav`` (A-law or 16-bit, 8 kHz, mono). A kind ``out_of_grammar`` is speech that no grammar
may accept. All of it is described for others in ``tests/speech/README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ivr.errors import ConfigError, Problem
from robot.hearing.bench import alaw
from robot.hearing.bench.alaw import Samples
from robot.hearing.bench.scoring import UNKNOWN

OUT_OF_GRAMMAR = "out_of_grammar"
COLUMNS = ("file", "kind", "voice", "grammar", "text")


@dataclass(frozen=True, slots=True)
class Clip:
    """One utterance: where it lies, what kind it is, who says it, in answer to which grammar, and its words."""

    file: Path
    kind: str
    voice: str
    grammar: str
    text: str
    sound: Samples


@dataclass(frozen=True)
class Grammar:
    """The phrases that may be said; ``meanings`` for those of which only the meaning matters."""

    name: str
    phrases: tuple[str, ...]
    meanings: Mapping[str, str]

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """What a recogniser is given: the phrases and ``[unk]`` for everything else."""
        return tuple(dict.fromkeys((*self.phrases, UNKNOWN)))

    @cached_property
    def _longest(self) -> int:
        return max((len(phrase.split()) for phrase in self.meanings), default=0)

    def meaning(self, text: str) -> str:
        """What ``text`` means: its phrases taken greedily, all of one meaning; else the text itself."""
        words, found = text.split(), set[str]()
        while words:
            for size in range(min(self._longest, len(words)), 0, -1):
                if meant := self.meanings.get(" ".join(words[:size])):
                    found.add(meant)
                    words = words[size:]
                    break
            else:
                return text
        return found.pop() if len(found) == 1 else text


@dataclass(frozen=True, slots=True)
class ClipSet:
    """A whole set."""

    name: str
    clips: tuple[Clip, ...]
    grammars: Mapping[str, Grammar]

    def of_kind(self, kind: str) -> tuple[Clip, ...]:
        """The clips of one kind."""
        return tuple(clip for clip in self.clips if clip.kind == kind)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds in the order of the list, without ``out_of_grammar``."""
        return tuple(kind for kind in dict.fromkeys(clip.kind for clip in self.clips) if kind != OUT_OF_GRAMMAR)


def read_set(folder: Path) -> ClipSet:
    """Read a set. ConfigError names every line that cannot be used."""
    listed = folder / "clips.tsv"
    try:
        name = str(json.loads((folder / "set.json").read_text(encoding="utf-8"))["name"])
        heading, *lines = listed.read_text(encoding="utf-8").splitlines() or [""]
        grammars = {file.stem: _grammar(file) for file in sorted((folder / "grammars").glob("*.txt"))}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            [Problem(str(folder), 0, 0, f"is no set of clips: {error}", "see tests/speech/README.md")]
        ) from error
    problems: list[Problem] = []
    if tuple(heading.split("\t")) != COLUMNS:
        problems.append(Problem(str(listed), 1, 1, f"the heading must be {', '.join(COLUMNS)}, tab-separated"))
    if not lines:
        problems.append(Problem(str(listed), 0, 0, "lists no clips"))
    clips: list[Clip] = []
    for number, line in enumerate(lines, start=2):
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            problems.append(Problem(str(listed), number, 1, f"{len(cells)} cells, {len(COLUMNS)} are needed"))
            continue
        file, kind, voice, grammar, text = cells
        if grammar and grammar not in grammars:
            problems.append(Problem(str(listed), number, 1, f"there is no grammars/{grammar}.txt"))
        if not text.strip() or text != " ".join(text.lower().split()):
            problems.append(Problem(str(listed), number, 1, f"{text!r} is not lower-case words parted by one space"))
        try:
            clips.append(Clip(folder / file, kind, voice, grammar, text, alaw.read(folder / file)))
        except (OSError, alaw.BadClip) as error:
            problems.append(Problem(str(listed), number, 1, str(error)))
    if problems:
        raise ConfigError(problems)
    return ClipSet(name, tuple(clips), grammars)


def _grammar(file: Path) -> Grammar:
    rows = [
        line.partition("\t")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip() and line[0] != "#"
    ]
    meanings = {phrase: meaning for phrase, _, meaning in rows if meaning}
    return Grammar(file.stem, tuple(phrase for phrase, _, _ in rows), meanings)
