"""What a recogniser is, whichever engine is behind it: a model that makes recognisers, and what they hear.

One file beside this one per engine (``vosk.py``, ``sherpa.py``); ``loading.py`` tells by a model's files whose it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.errors import ServiceError
from robot.hearing.calibration import UNCALIBRATED, Calibration

RATE = 8000
"""Samples a second of a telephone line."""
UNKNOWN = "[unk]"
"""The word that stands for speech outside the grammar."""
_CHUNK = RATE // 5
"""Samples handed over at once: 200 ms."""

Samples = NDArray[np.int16]


class RecogniserFailed(ServiceError):
    """The recogniser cannot be had or has given up."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word: begin and end in seconds, confidence 0 … 1 as the engine gives it, None if it gives none."""

    text: str
    begin: float
    end: float
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard; ``words`` may hold ``[unk]``, ``text`` is all of them."""

    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The words parted by spaces; empty when nothing was heard."""
        return " ".join(word.text for word in self.words)

    @property
    def accepted(self) -> bool:
        """Whether words were heard and nothing outside the grammar."""
        return bool(self.words) and all(word.text != UNKNOWN for word in self.words)


class Recogniser(Protocol):
    """One line being listened to. Not to be used from two threads at once. Everything raises RecogniserFailed."""

    def take(self, line: Samples) -> bool:
        """Listen on; True when the caller seems to have finished an utterance."""
        ...

    def partial(self) -> str:
        """What has been heard of the utterance until now."""
        ...

    def result(self) -> Heard:
        """The finished utterance; the next one begins."""
        ...

    def finish(self) -> Heard:
        """Whatever is left when the line ends."""
        ...


class Model(ABC):
    """A loaded model folder, shared by all recognisers that are made from it, in whatever threads."""

    folder: Path
    takes_grammars: bool
    """Whether a grammar changes anything. Where it does not, all that the model can hear is listened for, and an answer
    is matched by what understands it."""

    calibration: Calibration = UNCALIBRATED
    """What its confidences are worth."""

    @abstractmethod
    def recogniser(self, grammar: Sequence[str] | None = None) -> Recogniser:
        """A recogniser for one utterance or one line; ``grammar``: the phrases that may be said (else everything).

        Put ``[unk]`` into the grammar, or everything that is said will be taken for one of its phrases. Raises
        RecogniserFailed.
        """

    @abstractmethod
    def knows(self, word: str) -> bool:
        """Whether the word can be heard."""

    def utterances(self, line: Samples, grammar: Sequence[str] | None = None) -> Iterator[Heard]:
        """What is said in ``line`` (8 kHz), from pause to pause; utterances without a word are left out."""
        recogniser = self.recogniser(grammar)
        for start in range(0, len(line), _CHUNK):
            if recogniser.take(line[start : start + _CHUNK]) and (heard := recogniser.result()).words:
                yield heard
        if (heard := recogniser.finish()).words:
            yield heard

    def hear(self, line: Samples, grammar: Sequence[str] | None = None) -> Heard:
        """Everything that is said in ``line`` (8 kHz), however many pauses it has."""
        return Heard(tuple(word for heard in self.utterances(line, grammar) for word in heard.words))
