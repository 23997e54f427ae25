"""From words to a finished clip: a voice process, and the one gain of its voice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from ivr.errors import VoiceFailed
from ivr.prompts.model import SENTENCE_ENDS, Fragment
from robot.voices import sound
from robot.voices.process import VoiceProcess

IN_PHRASE_MS = 60
"""A silence up to this does not part a phrase (``ivr.prompts``: inside a phrase ≤ 60, after a comma more)."""
SENTENCE_SECONDS = 5.0
"""The longest that rendering one fragment may take; 20 s of speech take RHVoice 0.6 s on one core."""

REFERENCE = (
    "Здравствуйте. Вы позвонили на Светлую линию двести двадцать.",
    "Электричество появится ориентировочно сегодня к восемнадцати часам тридцати минутам.",
    "Если у вас нет света, нажмите один. Оборван провод или открыта подстанция, нажмите два.",
    "Ваше обращение зарегистрировано. Номер: сто тысяч двадцать один.",
    "По вашему адресу отключений нет, оставайтесь на линии, ответит оператор.",
    "Назовите, пожалуйста, населённый пункт, улицу и дом.",
)
"""What the gain of a voice is measured over: about 25 s of the hotline's own speech."""


Contour = Literal["fall", "rise", "level"]
"""How a fragment ends: the sentence is over, a pause comes, or the phrase goes straight on."""

_PAUSE_MS, _CLOSURE_MS = 60, 15
_LABIAL = tuple("пбфвм")


@dataclass(frozen=True, slots=True)
class VoiceId:
    """Which voice a clip was made with; other parts of it make other clips."""

    engine: str
    voice: str
    version: str

    @property
    def folder(self) -> str:
        """Its name on disk."""
        return f"{self.engine}-{self.voice}".replace("/", "_")


def contour_of(fragment: Fragment) -> Contour:
    """How the voice ends it: down at the end of a sentence, up before a pause, level inside a phrase."""
    words = fragment.text.rstrip()
    if fragment.position == "final" or words.endswith(tuple(SENTENCE_ENDS)):
        return "fall"
    if fragment.pause_after > IN_PHRASE_MS or words.endswith(tuple(",;:—")):
        return "rise"
    return "level"


def with_extra(text: str, contour: Contour) -> tuple[str, int | None]:
    """What to have said for the intonation, and the quiet (ms) before the extra word in it, if there is one.

    Engines let the voice fall at every end of text, whatever mark stands there. Where more is to come, a word is said
    too, and cut off again: after a comma one that leaves the tone before it up; inside a phrase one that begins with a
    stop, in whose closure the cut is made, and whose mouth is not that of the last consonant (else «пять там» becomes
    one long [т]). The words are voiced throughout, so they hold no gap of their own.
    """
    if contour == "fall":
        return text, None
    bare = text.rstrip(" .,;:!—")
    if contour == "rise":
        return f"{bare}, назовём", _PAUSE_MS
    return f"{bare} {'там' if bare.rstrip('ь').endswith(_LABIAL) else 'пан'}", _CLOSURE_MS


class Renderer:
    """Makes finished clips with one voice. Blocking, and for one thread at a time.

    ``gain`` is the voice's, if it is known already; else it is measured when first needed (0.6 s).
    """

    def __init__(self, process: VoiceProcess, gain: float | None = None) -> None:
        self._process = process
        self._gain = gain

    @property
    def identity(self) -> VoiceId:
        """Whose clips these are. Starts the process; raises :class:`VoiceFailed` if it cannot be."""
        self._process.start()
        return VoiceId(self._process.engine, self._process.voice, self._process.version)

    @property
    def gain(self) -> float:
        """The factor that brings this voice to ``sound.TARGET_LUFS``. Raises :class:`VoiceFailed`."""
        if self._gain is None:
            corpus = []
            for sentence in REFERENCE:
                spoke = self._process.say(sentence, SENTENCE_SECONDS)
                corpus.append(sound.band(sound.resample(spoke.samples, spoke.rate)))
            try:
                self._gain = sound.gain_for(corpus)
            except ValueError as error:
                raise VoiceFailed(
                    f"the voice {self._process.engine} cannot be used: {error}", retryable=False
                ) from error
        return self._gain

    def render(self, text: str, contour: Contour) -> sound.Pcm:
        """The clip of ``text``. Raises :class:`VoiceFailed` if nothing can be heard of it."""
        gain = self.gain
        said, gap_ms = with_extra(text, contour)
        clip = self._finished(said, gap_ms, gain)
        if clip is None:  # no gap to cut in: rather a voice that falls too early than a word too many
            clip = self._finished(text, None, gain)
        if clip is None or not len(clip):
            raise VoiceFailed(f"the voice {self._process.engine} says nothing for {text!r}", retryable=False)
        return clip

    def _finished(self, said: str, gap_ms: int | None, gain: float) -> sound.Pcm | None:
        spoke = self._process.say(said, SENTENCE_SECONDS)
        return sound.finish(spoke.samples, spoke.rate, gain, gap_ms)

    def close(self) -> None:
        """End the process."""
        self._process.close()


def identity_record(identity: VoiceId, gain: float) -> dict[str, object]:
    """What is written beside the clips, so that they can be used while the engine cannot."""
    return {**asdict(identity), "processing": sound.PROCESSING, "gain": gain}
