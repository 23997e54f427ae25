"""sherpa-onnx: the one place that imports it (the optional extra ``sherpa``). Streaming models with open vocabulary.

No grammar narrows what they hear: an answer is matched by what understands it. A Zipformer2 transducer gives each token
a probability, T-one gives none. All calls share the loaded networks; each recogniser is a stream of its own, decoded on
one thread, with Python's lock released.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from robot.hearing.recogniser import RATE, Heard, Model, RecogniserFailed, Samples, Word
from robot.hearing.sherpa_files import Wants, check, read_tokens, sherpa_files

EXTRA = 'pip install "svetlaya-ivr[sherpa]"'
BEFORE_S = 0.3
"""Silence that T-one is given before the first sound: a chunk, as its makers do."""
AFTER_S = 0.7
"""Silence after the last one: the networks look ahead, what they have not seen to the end is not written."""
PAUSE_S = 0.8
"""Nothing new has been written for so long: the utterance is over. (The library's own rule counts T-one's frames
wrongly.)"""
_SPACES = " ▁"


def installed() -> bool:
    """Whether the library is there."""
    return importlib.util.find_spec("sherpa_onnx") is not None


class SherpaModel(Model):
    """A loaded folder. RecogniserFailed if it is none, or the library is not installed."""

    def __init__(self, folder: Path) -> None:
        files = sherpa_files(folder)
        if files is None:
            raise RecogniserFailed(f"{folder} is no model for sherpa-onnx", retryable=False)
        self.folder, self.takes_grammars = folder, False
        self.wants = check(files)
        self.before_s = BEFORE_S if files.kind == "t-one" else 0.0
        self._letters = {letter for token in read_tokens(files.tokens) for letter in token.lower()}
        try:
            import sherpa_onnx
        except ImportError as error:
            raise RecogniserFailed(f"the package sherpa-onnx is not installed: {EXTRA}", retryable=False) from error
        networks = {part: str(file) for part, file in files.networks.items()}
        make = sherpa_onnx.OnlineRecognizer
        options: dict[str, Any] = {"tokens": str(files.tokens), "sample_rate": self.wants.rate, "num_threads": 1}
        try:
            self._shared = (make.from_t_one_ctc if files.kind == "t-one" else make.from_transducer)(
                **options, **networks
            )
        except Exception as error:  # the library raises RuntimeError, its checks AssertionError and ValueError
            raise RecogniserFailed(f"sherpa-onnx cannot load {folder}: {error}", retryable=False) from error

    def recogniser(self, grammar: Sequence[str] | None = None) -> SherpaRecogniser:
        """A recogniser for everything; a grammar changes nothing."""
        return SherpaRecogniser(self._shared, self.wants, self.before_s)

    def knows(self, word: str) -> bool:
        """Whether the model can write all its letters."""
        return bool(word) and set(word.lower()) <= self._letters


class SherpaRecogniser:
    """One line being listened to. Not to be used from two threads at once."""

    def __init__(self, shared: Any, wants: Wants, before_s: float) -> None:
        self._shared, self._wants = shared, wants
        # The library could resample, too, and would say so in the log for every utterance.
        self._resampling = soxr.ResampleStream(RATE, wants.rate, 1, dtype="float32") if wants.rate != RATE else None
        self._decoded_s, self._since = 0.0, -before_s
        """How far the networks have listened, and where the utterance began (the library's own count is wrong for
        T-one, whose chunk it takes for 10 ms)."""
        self._given = 0
        """Samples of the line."""
        self._told, self._told_at = 0, 0
        """Tokens of the utterance, and when the last of them came."""
        try:
            self._stream = shared.create_stream()
        except Exception as error:  # as the library likes
            raise RecogniserFailed(f"sherpa-onnx makes no stream: {error}", retryable=False) from error
        self._silence(before_s)

    def take(self, line: Samples) -> bool:
        """Listen on; True when nothing new has been written for a while. Raises RecogniserFailed."""
        self._feed(line.astype(np.float32) / np.float32(32768))
        self._given += len(line)
        tokens = len(self._result().tokens)
        if tokens != self._told:
            self._told, self._told_at = tokens, self._given
        return bool(tokens) and self._given - self._told_at >= PAUSE_S * RATE

    def partial(self) -> str:
        """What has been heard of the utterance until now."""
        return " ".join(str(self._result().text).lower().split())

    def result(self) -> Heard:
        """The finished utterance; the next one begins."""
        heard = self._heard()
        self._shared.reset(self._stream)
        self._since += self._decoded_s
        self._decoded_s, self._told = 0.0, 0
        return heard

    def finish(self) -> Heard:
        """Whatever is left when the line ends."""
        self._silence(AFTER_S)
        if self._resampling is not None:
            self._accept(self._resampling.resample_chunk(np.zeros(0, np.float32), last=True))
        self._stream.input_finished()
        self._decode()
        return self._heard()

    def _silence(self, seconds: float) -> None:
        if seconds:
            self._feed(np.zeros(int(RATE * seconds), np.float32))

    def _feed(self, sound: NDArray[np.float32]) -> None:
        self._accept(sound if self._resampling is None else self._resampling.resample_chunk(sound))
        self._decode()

    def _accept(self, sound: NDArray[np.float32]) -> None:
        if len(sound):
            self._stream.accept_waveform(self._wants.rate, np.ascontiguousarray(sound))

    def _decode(self) -> None:
        try:
            while self._shared.is_ready(self._stream):
                self._shared.decode_stream(self._stream)
                self._decoded_s += self._wants.chunk_s
        except Exception as error:  # as the library likes
            raise RecogniserFailed(f"sherpa-onnx has given up listening: {error}") from error

    def _result(self) -> Any:
        return self._shared.get_result_all(self._stream)

    def _heard(self) -> Heard:
        result = self._result()
        begins = [max(0.0, self._since + time) for time in result.timestamps]
        return Heard(tuple(_words(result.tokens, begins, result.ys_probs, self._given / RATE)))


def _words(tokens: Sequence[str], begins: Sequence[float], logs: Sequence[float], end: float) -> Iterator[Word]:
    """Tokens joined to words: one that begins with a space (or is it) begins a word.

    ``begins`` in seconds, ``logs`` the tokens' logarithms of probability; a word is as sure as its least sure token.
    """
    sure = [min(1.0, math.exp(log)) for log in logs] if len(logs) == len(tokens) else None
    letters, first, least = "", 0, 1.0
    for place, token in enumerate(tokens):
        if token[:1] in _SPACES:
            if letters:
                yield Word(letters, begins[first], begins[place], least if sure else None)
            letters = ""
        plain = token.strip(_SPACES).lower()
        if plain and not letters:
            first, least = place, 1.0
        letters += plain
        if plain and sure:
            least = min(least, sure[place])
    if letters:
        yield Word(letters, begins[first], max(end, begins[first]), least if sure else None)
