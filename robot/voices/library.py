"""The clips on disk: one for each fragment that can be rendered ahead, and those of place names.

::

    <folder>/<engine>-<voice>/voice.json      whose clips these are, and the voice's gain
                              clips/ab/…wav   the closed set; index.json beside it tells what each says
                              names/ab/…wav   places, the longest unused dropped beyond a size
                              said/ab/…wav    whole sentences, put together (assemble.py)

A clip's key is a hash of everything that its sound depends on: engine, voice, version, processing, text, contour.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import VoiceFailed
from ivr.prompts.model import Fragment
from robot.voices import sound
from robot.voices.files import BoundedFolder, write_whole
from robot.voices.rendering import Contour, VoiceId, contour_of, identity_record

REMEMBERED = 4096
"""Clips held in memory: about 15 kB each."""


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """One clip that ought to be there."""

    text: str
    contour: Contour


def wanted(fragments: Iterable[Fragment]) -> tuple[Wanted, ...]:
    """The clips that a set of fragments needs, each once.

    A value inside a sentence is made twice, for it may be followed by a pause or not, whatever this fragment says.
    """
    found: dict[Wanted, None] = {}
    for fragment in fragments:
        contour = contour_of(fragment)
        found[Wanted(fragment.text, contour)] = None
        if fragment.kind != "fixed" and contour != "fall":
            found[Wanted(fragment.text, "level")] = None
            found[Wanted(fragment.text, "rise")] = None
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Check:
    """How the clips on disk compare with those that ought to be there."""

    present: tuple[Wanted, ...]
    missing: tuple[Wanted, ...]
    outdated: tuple[Wanted, ...]
    """Missing, though there is one of the same words from another version of the engine or of our processing."""
    orphans: tuple[Path, ...]
    """Clips that nothing asks for any more."""


class Library:
    """The clips of one voice. Reading and writing are safe from several threads."""

    def __init__(self, folder: Path, identity: VoiceId, *, names_bytes: int = 100_000_000) -> None:
        self.identity = identity
        self.folder = folder / identity.folder
        self._clips = self.folder / "clips"
        self._names = BoundedFolder(self.folder / "names", names_bytes)
        self._memory: OrderedDict[str, sound.Pcm] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, clip: Wanted) -> str:
        """The name of a clip on disk."""
        voice = self.identity
        parts = [voice.engine, voice.voice, voice.version, sound.PROCESSING, clip.text, clip.contour]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]

    def read(self, key: str) -> sound.Pcm | None:
        """The samples of a clip, or None if there is none (or it is damaged, which is the same)."""
        with self._lock:
            if (known := self._memory.get(key)) is not None:
                self._memory.move_to_end(key)
                return known
        for path in (self._clip_path(key), self._names.path(key)):
            try:
                samples, rate = sound.from_wav(path.read_bytes())
            except (OSError, ValueError):
                continue
            if rate == sound.RATE:
                self._remember(key, samples)
                return samples
        return None

    def has(self, key: str) -> bool:
        """Whether there is a clip, without reading it."""
        return key in self._memory or self._clip_path(key).is_file() or self._names.path(key).is_file()

    def write(self, key: str, clip: sound.Pcm, *, name: bool) -> None:
        """Add a clip; ``name`` puts it with the places. Raises :class:`VoiceFailed` if the disk does not take it."""
        data = sound.to_wav(clip)
        try:
            if name:
                with self._lock:
                    self._names.write(key, data)
            else:
                write_whole(self._clip_path(key), data)
        except OSError as error:
            raise VoiceFailed(f"a clip cannot be written: {error}") from error
        self._remember(key, clip)

    def check(self, clips: Iterable[Wanted]) -> Check:
        """Compare the disk with ``clips`` (the closed set)."""
        keys = {self.key(clip): clip for clip in clips}
        on_disk = {path.stem: path for path in self._clips.glob("*/*.wav")}
        index = self.index()
        orphans = {key: path for key, path in on_disk.items() if key not in keys}
        old = {index[key] for key in orphans if key in index}
        absent = [clip for key, clip in keys.items() if key not in on_disk]
        return Check(
            present=tuple(clip for key, clip in keys.items() if key in on_disk),
            missing=tuple(clip for clip in absent if clip not in old),
            outdated=tuple(clip for clip in absent if clip in old),
            orphans=tuple(sorted(orphans.values())),
        )

    def prune(self, clips: Iterable[Wanted]) -> int:
        """Delete the clips of the closed set that are not among ``clips``; their number."""
        orphans = self.check(clips).orphans
        for path in orphans:
            path.unlink(missing_ok=True)
        return len(orphans)

    def index(self) -> dict[str, Wanted]:
        """What each clip of the closed set says, as far as it was noted when they were built."""
        try:
            noted = json.loads((self._clips / "index.json").read_text(encoding="utf-8"))
            return {key: Wanted(text, contour) for key, (text, contour) in noted.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def note_index(self, clips: Iterable[Wanted]) -> None:
        """Note what the clips say, those of earlier builds included as long as they are there. Raises OSError."""
        on_disk = {path.stem for path in self._clips.glob("*/*.wav")}
        noted = self.index() | {self.key(clip): clip for clip in clips}
        kept = {key: [clip.text, clip.contour] for key, clip in noted.items() if key in on_disk}
        write_whole(self._clips / "index.json", json.dumps(kept, ensure_ascii=False, indent=0).encode())

    def seconds(self, clip: Wanted) -> float:
        """How long a clip is; 0 if there is none."""
        samples = self.read(self.key(clip))
        return 0.0 if samples is None else len(samples) / sound.RATE

    def path(self, clip: Wanted) -> Path:
        """The file of a clip of the closed set, whether or not it is there."""
        return self._clip_path(self.key(clip))

    def note_voice(self, gain: float) -> None:
        """Write down whose clips these are, and the gain. Raises OSError."""
        record = json.dumps(identity_record(self.identity, gain), ensure_ascii=False, indent=1)
        write_whole(self.folder / "voice.json", record.encode() + b"\n")

    def noted_gain(self) -> float | None:
        """The gain, if it was measured for this very version of the voice and of our processing."""
        noted = _read_voice(self.folder)
        if noted and noted[0] == self.identity:
            return noted[1]
        return None

    def _clip_path(self, key: str) -> Path:
        return self._clips / key[:2] / f"{key}.wav"

    def _remember(self, key: str, clip: sound.Pcm) -> None:
        with self._lock:
            self._memory[key] = clip
            self._memory.move_to_end(key)
            while len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)


def built_voices(folder: Path) -> Iterator[VoiceId]:
    """The voices that have clips in ``folder``, for when no engine can be started."""
    for home in sorted(folder.glob("*/voice.json")):
        if noted := _read_voice(home.parent):
            yield noted[0]


def _read_voice(folder: Path) -> tuple[VoiceId, float] | None:
    try:
        noted = json.loads((folder / "voice.json").read_text(encoding="utf-8"))
        if noted["processing"] != sound.PROCESSING:
            return None
        return VoiceId(noted["engine"], noted["voice"], noted["version"]), float(noted["gain"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
