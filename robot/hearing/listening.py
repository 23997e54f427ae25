"""Callers being heard: voice activity on the event loop, decoding in as many worker threads as there are cores.

Only speech is decoded, with a little of what came before it. One recogniser listens for the whole vocabulary, so that
danger words and «оператор» are heard at every step; where the answers are few (yes or no, digits, a menu's phrases) a
second one listens for those alone and for «something else», and its word counts when it is sure.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import structlog
import webrtcvad

from ivr.call.model import NoMatch, Speech, Utterance
from ivr.hearing import Answered, Deaf, Overheard, Words
from robot.hearing.calibration import UNCALIBRATED, Calibration
from robot.hearing.confidence import confidence
from robot.hearing.echo import SILENT, OwnVoice, is_echo
from robot.hearing.endpoint import FRAME_S, Endpoint
from robot.hearing.foreground import Foreground
from robot.hearing.recogniser import RATE, UNKNOWN, Heard, Model, Recogniser, RecogniserFailed, Samples
from robot.hearing.spoken_numbers import NUMBER_WORDS
from robot.hearing.workers import Job, Workers

log = structlog.get_logger(__name__)

FRAME_BYTES = int(RATE * FRAME_S) * 2
BEFORE_FRAMES = 15
"""What is decoded of the time before the beginning: the first sound of a word is often too soft to be noticed."""
GAP_FRAMES = 10
"""When nothing has come for longer, nothing is sent: a network that is late is not silent yet."""
PIECE_FRAMES = 5
"""Frames that are decoded at once: 100 ms."""
MOST_BEHIND_S = 3.0
"""A machine that is so far behind what is being said does not hear callers any more."""
BEHIND = "what is said cannot be decoded in time"
BUSY_S = 0.5
"""When sound waits so long for a thread to decode it, no further calls are heard: those that are need them all."""
HANGS_S = 4.0
"""A recogniser that has not answered by then hangs: it is given 100 ms of sound at a time, at worst MOST_BEHIND_S."""
PER_CORE = 8
"""Calls that are heard at once for each core, unless the settings say otherwise (``make bench`` shows how many go)."""
AGGRESSIVENESS = 3
"""webrtcvad's 0 … 3: 3 takes least for a voice."""
HELD_BYTES = int(0.4 * RATE) * 2
"""Of an echo's end that is listened to once it is over: the first sounds of whoever speaks then are in it."""
SURE = 0.6
"""From this confidence of the engine's own the recogniser with few answers is believed."""
MUTTERED = frozenset("угу ага э м мм а ну алло ой так и вот это".split())
"""Not worth stopping a sentence of ours for."""
YES_NO = (
    "да", "да да", "да верно", "верно", "да правильно", "правильно", "конечно", "хорошо", "согласен", "согласна", "ага",
    "угу", "давайте", "нет", "нет нет", "неверно", "неправильно", "не надо", "нет не надо", "нет спасибо", "не верно",
)  # fmt: skip


def grammar_of(speech: Speech | None) -> tuple[str, ...]:
    """The phrases that a second recogniser listens for; none where anything may be said."""
    if speech is None:
        return ()
    match speech.expects:
        case "yes_no":
            return (*YES_NO, *speech.phrases, UNKNOWN)
        case "digits":
            return (*NUMBER_WORDS, UNKNOWN)
        case "choice" if speech.phrases:
            return (*speech.phrases, UNKNOWN)
        case _:
            return ()


@dataclass(slots=True)
class Decoding:
    """One utterance in a worker thread. Not to be used from two threads at once."""

    wide: Recogniser
    narrow: Recogniser | None
    phrases: frozenset[str] = frozenset()
    calibration: Calibration = UNCALIBRATED
    _words: list[Heard] = field(default_factory=list)
    _narrow_words: list[Heard] = field(default_factory=list)

    @classmethod
    def begin(cls, model: Model, grammar: Sequence[str]) -> Decoding:
        """Raises RecogniserFailed."""
        narrow = model.recogniser(grammar) if grammar and model.takes_grammars else None
        few = grammar[0] != NUMBER_WORDS[0] if grammar else False
        return cls(model.recogniser(), narrow, frozenset(grammar) if few else frozenset(), model.calibration)

    def take(self, samples: bytes) -> str:
        """Listen on; all that has been recognised so far."""
        line = np.frombuffer(samples, np.int16)
        if self.wide.take(line):
            self._words.append(self.wide.result())
        if self.narrow is not None and self.narrow.take(line):
            self._narrow_words.append(self.narrow.result())
        texts = [heard.text for heard in self._words] + [self.wide.partial()]
        return known(" ".join(filter(None, texts)))

    def finish(self) -> Utterance | NoMatch | None:
        """What was said; ``None`` if it was no speech."""
        wide = joined([*self._words, self.wide.finish()])
        narrow = joined([*self._narrow_words, self.narrow.finish()]) if self.narrow is not None else Heard()
        return decide(wide, narrow, self.phrases, self.calibration)


def joined(parts: Sequence[Heard]) -> Heard:
    """Several pieces as one."""
    return Heard(tuple(word for part in parts for word in part.words))


def known(text: str) -> str:
    """Without what stands for words that are not known."""
    return " ".join(word for word in text.split() if word != UNKNOWN)


def decide(
    wide: Heard, narrow: Heard, phrases: frozenset[str], calibration: Calibration = UNCALIBRATED
) -> Utterance | NoMatch | None:
    """What was said, out of what both recognisers heard.

    A grammar's words are also heard in an order that is none of its ``phrases``: then the other one is believed.
    ``phrases`` empty: any order will do (digits).
    """
    words = known(wide.text)
    if narrow.accepted and (confidence(narrow) or 0.0) >= SURE and (not phrases or narrow.text in phrases):
        others = (words,) if words and words != narrow.text else ()
        return Utterance(narrow.text, round(calibration.of(confidence(narrow), grammar=True), 2), others)
    if words:
        return Utterance(words, round(calibration.of(confidence(wide)), 2))
    return NoMatch() if wide.words else None


class Listeners:
    """The :class:`ivr.hearing.Hearing` of an engine. ``model`` gives the model in use now; ``complete`` tells of words
    after which nothing needs to be waited for, given what was asked. It is called on the event loop."""

    def __init__(
        self,
        model: Callable[[], Model],
        complete: Callable[[str, Speech | None], bool] = lambda text, speech: False,
        *,
        calls: int = 0,
        cores: int | None = None,
    ) -> None:
        self._model, self._complete = model, complete
        workers = cores or os.cpu_count() or 1
        self.limit = calls or workers * PER_CORE
        self.threads = Workers(workers)
        self.open = 0
        self.refused = 0

    def listen(self, told: Callable[[Overheard], None]) -> Listener | None:
        """An ear for a call; ``None`` when as many are heard as can be, the decoding is behind what is said (whatever
        was allowed: another model, or a busier machine), or the model cannot be had."""
        if self.open >= self.limit or self.threads.wait_s > BUSY_S:
            self.refused += 1
            log.warning("as many calls are heard as can be", calls=self.open, wait_s=round(self.threads.wait_s, 2))
            return None
        try:
            model = self._model()
        except Exception as error:
            log.error("the recogniser cannot be had", error=str(error))
            return None
        self.open += 1
        return Listener(model, self.threads, self._complete, told, self._closed)

    def close(self) -> None:
        """Give the threads back."""
        self.threads.close()

    def _closed(self) -> None:
        self.open -= 1


class Listener:
    """The :class:`ivr.hearing.Ear` of one call."""

    def __init__(
        self, model: Model, threads: Workers, complete: Callable[[str, Speech | None], bool],
        told: Callable[[Overheard], None], closed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._model, self._threads, self._told, self._closed = model, threads, told, closed
        self._complete = complete
        self._loop = asyncio.get_running_loop()
        self._vad = webrtcvad.Vad(AGGRESSIVENESS)
        self._speech: Speech | None = None
        self._endpoint = Endpoint()
        self._before: deque[bytes] = deque(maxlen=BEFORE_FRAMES)
        self._rest = b""
        self._unheard = 0
        """Frames that we have sent since the last one came."""
        self._waiting: list[bytes] = []
        self._decoding: Decoding | None = None
        self._job: Job[str | Utterance | NoMatch | None] | None = None
        """What the workers are at for this call."""
        self._alarm: asyncio.TimerHandle | None = None
        self._ending: float | None = None
        """When the utterance that is being finished ended."""
        self._foreground = Foreground()
        self._own = OwnVoice()
        self._echoing = False
        self._held = b""
        """The end of an echo: the caller may have begun to speak over it."""
        self._text = ""
        """What has been recognised of this utterance, in the worker's view."""
        self._said = ""
        self._judged: tuple[str, Speech | None] = "", None
        self._judged_complete = False
        self._is_open = True

    @property
    def speaking(self) -> bool:
        """Whether the caller is saying something just now, or what they said is still being decoded."""
        return self._endpoint.begun or self._ending is not None

    def expect(self, speech: Speech | None) -> None:
        """What is asked now. What is being said already is heard on with the waits of the new question."""
        self._speech = speech
        self._endpoint.ask(speech)

    def hear(self, samples: bytes) -> None:
        """Sound of the caller's line."""
        self._unheard = 0
        self._take(samples)

    def _take(self, samples: bytes) -> None:
        if not self._is_open:  # the sentence that the ear was lost in is still being said
            return
        self._rest += samples
        try:
            while len(self._rest) >= FRAME_BYTES and self._is_open:
                frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
                self._frame(frame)
        except Exception as error:  # of the voice activity detector: the line must not end over it
            self._fail(_named(error))

    def sent(self, frame: bytes) -> None:
        """What has gone out on the line. A telephone that sends nothing while nobody speaks (DTX, RFC 3551 section 4.1)
        is taken for silent: else no answer of such a caller would ever be over."""
        self._own.sent(frame)
        self._unheard += 1
        if self._unheard > GAP_FRAMES:
            self._take(SILENT)

    def close(self) -> None:
        """Listen no more. Harmless when that is done already."""
        if self._is_open:
            self._is_open = False
            self._closed()

    def _frame(self, frame: bytes) -> None:
        self._own.heard(frame)
        had_begun = self._endpoint.begun
        self._endpoint.frame(self._vad.is_speech(frame, RATE) and not self._echoing)
        self._foreground.frame(frame, speaking=self._endpoint.begun)
        if not self._endpoint.begun:
            self._before.append(frame)
            return
        if not had_begun:
            self._waiting += self._before
            self._before.clear()
        self._waiting.append(frame)
        if len(self._waiting) * FRAME_S > MOST_BEHIND_S:
            self._fail(BEHIND)
        elif self._endpoint.finished and self._ending is None:
            self._ending = time.monotonic() - self._endpoint.silent
            self._work()
        elif len(self._waiting) >= PIECE_FRAMES:
            self._work()

    def _work(self) -> None:
        """Give the workers what there is, unless they are at it; then they take it after that."""
        if self._job is not None or not self._is_open:
            return
        sound, self._waiting = b"".join(self._waiting), []
        finish = self._ending is not None
        if not sound and not finish:
            return
        grammar, both = grammar_of(self._speech), self._own.both()
        self._job = job = self._threads.do(lambda: self._decode(sound, grammar, both, finish))
        self._alarm = self._loop.call_later(HANGS_S, self._hangs, job)
        job.answer.add_done_callback(self._decoded)

    def _decode(
        self, sound: bytes, grammar: Sequence[str], both: tuple[Samples, Samples] | None, finish: bool
    ) -> str | Utterance | NoMatch | None:
        """In a worker thread. An echo of what we say (``both``: what came lately, and what was sent) is not listened
        to, so that whoever speaks before it, after it, or over it, is heard without our words."""
        self._echoing = both is not None and is_echo(*both)
        if self._echoing:
            self._held = (self._held + sound)[-HELD_BYTES:]
            sound = b""
            if not self._text:
                self._decoding = None
        else:
            sound, self._held = self._held + sound, b""
        if sound:
            if self._decoding is None:
                self._decoding = Decoding.begin(self._model, grammar)
            self._text = self._decoding.take(sound)
        if not finish:
            return self._text
        decoding, self._decoding, self._text = self._decoding, None, ""
        return None if decoding is None else decoding.finish()

    def _decoded(self, job: asyncio.Future[str | Utterance | NoMatch | None]) -> None:
        self._job = None
        if self._alarm is not None:
            self._alarm.cancel()
        try:
            result = job.result()
            if self._is_open:
                self._take_in(result)
        except Exception as error:  # foreign code: whatever it raises, the call goes on by keys
            self._fail(_named(error))

    def _hangs(self, job: Job[str | Utterance | NoMatch | None]) -> None:
        """Also told of when the call has gone deaf over it, or is over: the thread is to be replaced all the same."""
        if self._threads.give_up(job):
            log.error("a recogniser hangs: its thread is left to itself and replaced")
            self._fail(f"the recogniser hangs: no answer within {HANGS_S:g} s")
        else:
            self._fail(BEHIND)

    def _take_in(self, result: str | Utterance | NoMatch | None) -> None:
        if isinstance(result, str):
            self._note(result)
            self._work_on()
            return
        ended, self._ending = self._ending, None
        voiced = self._endpoint.voiced
        self._endpoint = Endpoint(self._speech)
        self._before.extend(self._waiting)  # who goes on speaking is heard from here
        self._waiting.clear()
        self._said, self._echoing = "", False
        if isinstance(result, NoMatch) and voiced < 0.4:
            result = None  # a cough
        if result is not None and ended is not None:
            self._told(Answered(result, ended, self._is_muttered(result)))
        self._foreground.next()

    def _work_on(self) -> None:
        if self._endpoint.finished and self._ending is None:
            self._ending = time.monotonic() - self._endpoint.silent
        if self._ending is not None or len(self._waiting) >= PIECE_FRAMES:
            self._work()

    def _note(self, text: str) -> None:
        """Tell words once they have been recognised twice running, or more has come: the first guess is often wrong."""
        if (text, self._speech) != self._judged:
            self._judged = text, self._speech
            self._judged_complete = self._complete(text, self._speech)
        self._endpoint.words(text, complete=self._judged_complete)
        before, self._said = self._said, text
        steady = [word for word, again in zip(before.split(), text.split(), strict=False) if word == again]
        if any(word not in MUTTERED for word in steady) and self._is_said_to_us(" ".join(steady)):
            self._told(Words(" ".join(steady)))

    def _is_muttered(self, answer: Utterance | NoMatch) -> bool:
        asked_yes_no = self._speech is not None and self._speech.expects == "yes_no"
        text = answer.text if isinstance(answer, Utterance) else ""
        if not self._is_said_to_us(text):
            return True
        return not asked_yes_no and all(word in MUTTERED for word in text.split())

    def _is_said_to_us(self, text: str) -> bool:
        """Not by others in the caller's room. Words that are obeyed at every step are taken as said to us from anybody:
        one who is sent to an operator for nothing is better off than one who is not heard in danger."""
        return self._foreground.stands_out or (bool(text) and self._complete(text, None))

    def _fail(self, why: str) -> None:
        if self._is_open:
            log.error("a call is not heard any more", why=why)
            self.close()
            self._told(Deaf(why))


def _named(error: Exception) -> str:
    return str(error) if isinstance(error, RecogniserFailed) else f"{type(error).__name__}: {error}"
