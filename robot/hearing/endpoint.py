"""◆ Has the caller finished? Fed with one voiced-or-not per 20 ms and with the words recognised so far. Pure.

How long a pause ends an answer depends on what was asked and on what was heard: a «да» is complete at once, a number
that is being dictated gets time, a sentence that stops at «улица» is not over. The waits are ours, tuned on dictated
numbers and addresses (``make bench``): over 0.8 s a reply feels slow, and cutting people off is worse.
"""

from __future__ import annotations

from ivr.call.model import Speech
from robot.hearing.spoken_numbers import DIGITS, NUMBER_WORDS

FRAME_S = 0.02
ONSET = 4
"""Voiced frames of the last :data:`WINDOW` that make a beginning: a click is shorter."""
WINDOW = 6

COMPLETE_S = 0.3
"""A complete answer: nothing can follow that would change it."""
LIKELY_S = 0.6
USUAL_S = 0.9
DANGLING_S = 1.8
"""The caller has stopped in the middle: «улица…», «дробь…», half a number."""
WORDLESS_S = 1.0
"""A noise without words is over after so long, as quietly as it came."""
STUCK_S = 1.6
"""Words have come, and no more do, and it is still loud: the caller has finished, the noise has not."""
WORDLESS_MOST_S = 5.0
MOST_S = 20.0
"""Nobody speaks for longer in one go; what has been heard by then is the answer."""

_YES_NO = frozenset(
    "да нет ага угу верно неверно правильно неправильно конечно хорошо согласен согласна давайте надо точно"
    " так не".split()
)
_DANGLING = frozenset(
    "улица улице переулок проспект проспекте дом дома дробь корпус строение литер литера буква"
    " квартира город городе село"
    " селе деревня деревне посёлок поселок посёлке номер счёт счет на в у и а но что по за из с к под около возле это"
    " адрес живу меня мой наш нас район не".split()
)
_NUMBERS = frozenset(NUMBER_WORDS)


class Endpoint:
    """One utterance from first to last: ``frame()`` every 20 ms of it, ``words()`` whenever there are more."""

    def __init__(self, speech: Speech | None = None) -> None:
        self._speech = speech
        self._recent: list[bool] = []
        self._text = ""
        self.begun = False
        self.seconds = 0.0
        """Since the beginning."""
        self.silent = 0.0
        """Since the last voiced frame."""
        self._unchanged = 0.0
        self._voiced = 0.0
        self._complete = False

    @property
    def voiced(self) -> float:
        """Seconds of voice in it."""
        return self._voiced

    def ask(self, speech: Speech | None) -> None:
        """Another question has been put meanwhile."""
        self._speech = speech

    def frame(self, voiced: bool) -> None:
        """The next 20 ms."""
        if not self.begun:
            self._recent = [*self._recent[1 - WINDOW :], voiced]
            if sum(self._recent) >= ONSET:
                self.begun = True
                self._voiced = ONSET * FRAME_S
                self.seconds = len(self._recent) * FRAME_S
            return
        self.seconds += FRAME_S
        self._unchanged += FRAME_S
        if voiced:
            self._voiced += FRAME_S
            self.silent = 0.0
        else:
            self.silent += FRAME_S

    def words(self, text: str, *, complete: bool = False) -> None:
        """What has been recognised so far; ``complete``: it means something as it is, whatever was asked."""
        self._complete = complete
        if text != self._text:
            self._text = text
            self._unchanged = 0.0

    @property
    def finished(self) -> bool:
        """Whether the answer is over."""
        if not self.begun:
            return False
        if self.seconds >= MOST_S:
            return True
        if not self._text:
            return self.silent >= WORDLESS_S or self.seconds >= WORDLESS_MOST_S
        return self.silent >= self._wait() or self._unchanged >= STUCK_S + self._wait()

    def _wait(self) -> float:
        """The pause that ends what has been said so far."""
        words = self._text.split()
        last = words[-1]
        if self._complete and last not in _DANGLING:
            return COMPLETE_S
        match self._speech:
            case Speech(expects="yes_no") if all(word in _YES_NO for word in words):
                return COMPLETE_S
            case Speech(expects="digits", digits=usual):
                if all(word in _NUMBERS for word in words):
                    return LIKELY_S if _digits(words) >= usual else DANGLING_S
            case Speech(expects="address"):
                if last in _DANGLING:
                    return DANGLING_S
                return USUAL_S if last in _NUMBERS and len(words) > 1 else USUAL_S + 0.3
            case Speech(or_yes_no=True) if words == ["нет"]:
                return LIKELY_S  # «нет, не Ленина …» may follow
            case Speech(phrases=phrases) if self._text in phrases:
                return COMPLETE_S + 0.1
        if last in _DANGLING:
            return DANGLING_S
        return LIKELY_S if len(words) > 1 else USUAL_S


def _digits(words: list[str]) -> int:
    """How many digits have been dictated, roughly: «двадцать пять» is two, «ноль» one, «сто двадцать» three."""
    count, before = 0, ""
    for word in words:
        hundreds = word.endswith(("сто", "двести", "сти", "ста", "сот"))
        tens = word.endswith(("дцать", "сорок", "десят", "девяносто"))
        if hundreds:
            count += 3
        elif tens:
            count += 0 if before == "hundreds" else 2
        else:
            count += 0 if before in ("hundreds", "tens") and word not in (DIGITS[0],) else 1
        before = "hundreds" if hundreds else "tens" if tens else "units"
    return count
