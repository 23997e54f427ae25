"""Vosk: the one place that imports it. Models are folders, never names (the library would leave the process for one).

A model is shared by all recognisers that are made from it, and lives as long as the last of them. Decoding releases
Python's lock. Traps of Vosk 0.3.45 that are closed here: an empty grammar ends the process with a segmentation fault,
and a phrase with a word that the model does not know is not left out but shortened to its other words, which would
then be heard for it («ни в коем случае» as «в»).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from robot.hearing.recogniser import RATE, UNKNOWN, Heard, Model, RecogniserFailed, Samples, Word

_NEEDED = ("am/final.mdl", "conf/model.conf", "conf/mfcc.conf")
_GRAPHS = (("graph/HCLr.fst", "graph/Gr.fst"), ("graph/HCLG.fst",))
"""Files of a graph that takes grammars, and of one that does not."""
_ERRORS_ONLY = -2
"""Kaldi's severities: −1 are warnings, of which a grammar gives one a word that is not known."""


class VoskModel(Model):
    """A loaded model folder. RecogniserFailed if it is none, before Vosk could leave the process over it."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in _NEEDED if not (folder / name).is_file()]
        graphs = [all((folder / name).is_file() for name in names) for names in _GRAPHS]
        if not any(graphs):
            missing.append("graph/HCLr.fst and Gr.fst, or graph/HCLG.fst,")
        if missing:
            raise RecogniserFailed(f"{folder} is no model for Vosk: {', '.join(missing)} missing", retryable=False)
        try:
            import vosk
        except ImportError as error:
            raise RecogniserFailed("the package vosk is not installed: pip install vosk", retryable=False) from error
        vosk.SetLogLevel(_ERRORS_ONLY)
        self._vosk = vosk
        self.folder = folder
        self.takes_grammars = graphs[0] and not graphs[1]  # a ready-made graph is always listened for as a whole
        self._known: dict[str, bool] = {}
        try:
            self._model = vosk.Model(str(folder))
        except Exception as error:  # vosk raises a bare Exception
            raise RecogniserFailed(f"Vosk cannot load {folder}: {error}", retryable=False) from error

    def recogniser(self, grammar: Sequence[str] | None = None) -> VoskRecogniser:
        """A recogniser as the port describes it; phrases with words that the model does not know are left out of the
        grammar: they cannot be heard."""
        try:
            if grammar is None:
                return VoskRecogniser(self._vosk.KaldiRecognizer(self._model, RATE))
            can_be_heard = [phrase for phrase in dict.fromkeys(grammar) if self._knows_all(phrase)] or [UNKNOWN]
            phrases = json.dumps(can_be_heard, ensure_ascii=False)
            return VoskRecogniser(self._vosk.KaldiRecognizer(self._model, RATE, phrases))
        except Exception as error:  # vosk raises a bare Exception
            raise RecogniserFailed(f"Vosk makes no recogniser of {self.folder}: {error}", retryable=False) from error

    def knows(self, word: str) -> bool:
        """Whether the word is in the model's vocabulary."""
        if word not in self._known:
            self._known[word] = bool(self._model.vosk_model_find_word(word) >= 0)
        return self._known[word]

    def _knows_all(self, phrase: str) -> bool:
        words = phrase.split()
        return bool(words) and all(map(self.knows, words))


class VoskRecogniser:
    """One line being listened to. Not to be used from two threads at once."""

    def __init__(self, recogniser: object) -> None:
        self._recogniser: _Vosk = recogniser  # type: ignore[assignment]
        self._recogniser.SetWords(True)

    def take(self, line: Samples) -> bool:
        """Listen on; True when the caller seems to have finished an utterance. Raises RecogniserFailed."""
        try:
            return bool(self._recogniser.AcceptWaveform(np.ascontiguousarray(line, np.int16).tobytes()))
        except Exception as error:  # vosk raises a bare Exception
            raise RecogniserFailed(f"Vosk has given up listening: {error}") from error

    def partial(self) -> str:
        """What has been heard of the utterance until now."""
        return str(json.loads(self._recogniser.PartialResult()).get("partial", ""))

    def result(self) -> Heard:
        """The finished utterance; the next one begins."""
        return Heard(tuple(_words(self._recogniser.Result())))

    def finish(self) -> Heard:
        """Whatever is left when the line ends."""
        return Heard(tuple(_words(self._recogniser.FinalResult())))


class _Vosk(Protocol):
    """The part of vosk.KaldiRecognizer that is used."""

    def SetWords(self, wanted: bool) -> None: ...  # noqa: N802
    def AcceptWaveform(self, data: bytes) -> int: ...  # noqa: N802
    def PartialResult(self) -> str: ...  # noqa: N802
    def Result(self) -> str: ...  # noqa: N802
    def FinalResult(self) -> str: ...  # noqa: N802


def _words(answer: str) -> Iterator[Word]:
    for word in json.loads(answer).get("result", ()):
        yield Word(word["word"], word["start"], word["end"], word.get("conf", 1.0))
