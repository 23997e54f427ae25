"""What a studio recorded: where there is a recording, it is heard instead of the synthetic voice.

``prompts/recorded/<prompt>.wav`` is a whole prompt without values, named as in ``prompts/ru/*.yaml``.
``prompts/recorded/index.yaml`` names recordings of single fragments by their words:
``hour_18.wav: к восемнадцати часам``.
Any PCM WAV of 16 or 24 bits will do: rate, loudness, silence and band are brought into line here.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from ivr.errors import Problem
from ivr.prompts.model import Fragment, Spoken
from robot.voices import sound

INDEX = "index.yaml"


@dataclass(frozen=True, slots=True)
class Recording:
    """One finished recording."""

    path: Path
    clip: sound.Pcm
    digest: str
    """Of the file's content: a new take makes a new sentence."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """All recordings, finished, as they were when read."""

    prompts: Mapping[str, Recording] = field(default_factory=dict)
    fragments: Mapping[str, Recording] = field(default_factory=dict)
    """By words, as :func:`plain` makes them."""
    problems: tuple[Problem, ...] = ()
    """Files that cannot be used; the voice speaks in their place."""

    def prompt(self, spoken: Spoken) -> Recording | None:
        """The recording of a whole prompt; never for a prompt that has values in it."""
        if any(fragment.kind != "fixed" for fragment in spoken.fragments):
            return None
        return self.prompts.get(spoken.prompt)

    def fragment(self, fragment: Fragment) -> Recording | None:
        """The recording of a fragment's words."""
        return self.fragments.get(plain(fragment.text))


def plain(text: str) -> str:
    """Words by which recordings are found: small letters, no stress marks, no punctuation, ё as е."""
    letters = unicodedata.normalize("NFC", text.replace("\u0301", "")).casefold().replace("ё", "е")
    return " ".join("".join(char if char.isalnum() or char == "-" else " " for char in letters).split())


def read_recorded(folder: Path) -> Recorded:
    """Read and finish all recordings of ``folder``; a folder that is not there holds none.

    Never raises: a file that cannot be used is one of ``problems``.
    """
    if not folder.is_dir():
        return Recorded()
    problems: list[Problem] = []
    words = _read_index(folder / INDEX, problems)
    raw: dict[str, tuple[sound.Pcm, int, str]] = {}
    for path in sorted(folder.glob("*.wav")):
        try:
            data = path.read_bytes()
            samples, rate = sound.from_wav(data)
        except (OSError, ValueError) as error:
            problems.append(Problem(str(path), 0, 0, f"cannot be used: {error}"))
        else:
            raw[path.name] = (samples, rate, hashlib.sha256(data).hexdigest()[:32])
    problems += [
        Problem(str(folder / INDEX), line, 1, f"there is no recording {name}", f"put it into {folder}")
        for name, (_, line) in words.items()
        if not (folder / name).is_file()
    ]
    try:
        finished = _finish(folder, raw)
    except ValueError as error:
        return Recorded(problems=(*problems, Problem(str(folder), 0, 0, f"recordings cannot be used: {error}")))
    return Recorded(
        prompts={Path(name).stem: recording for name, recording in finished.items() if name not in words},
        fragments={plain(words[name][0]): recording for name, recording in finished.items() if name in words},
        problems=tuple(problems),
    )


def unused(recorded: Recorded, prompts: Iterable[str], fragments: Iterable[Fragment]) -> tuple[Path, ...]:
    """Recordings that no prompt can ever use (a name misspelt, words changed)."""
    known, texts = set(prompts), {plain(fragment.text) for fragment in fragments}
    lost = [recording.path for name, recording in recorded.prompts.items() if name not in known]
    lost += [recording.path for words, recording in recorded.fragments.items() if words not in texts]
    return tuple(sorted(lost))


def _finish(folder: Path, raw: Mapping[str, tuple[sound.Pcm, int, str]]) -> dict[str, Recording]:
    """One gain for all of them, as for a voice; ValueError if all are silent."""
    if not raw:
        return {}
    corpus = [sound.band(sound.resample(samples, rate)) for samples, rate, _ in raw.values()]
    gain = sound.gain_for([np.concatenate(corpus)])
    return {
        name: Recording(folder / name, clip, digest)
        for name, (samples, rate, digest) in raw.items()
        if (clip := sound.finish(samples, rate, gain)) is not None
    }


def _read_index(path: Path, problems: list[Problem]) -> dict[str, tuple[str, int]]:
    """File name → (words, line)."""
    if not path.is_file():
        return {}
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problems.append(Problem(str(path), line, column, f"cannot be read: {getattr(error, 'problem', error)}"))
        return {}
    words: dict[str, tuple[str, int]] = {}
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(str(path), 1, 1, "lines like «file.wav: words» are wanted"))
        return {}
    for key, value in node.value:
        line, column = key.start_mark.line + 1, key.start_mark.column + 1
        if not isinstance(value, yaml.ScalarNode) or not value.value.strip():
            problems.append(Problem(str(path), line, column, f"{key.value}: the words are missing"))
        elif key.value in words:
            problems.append(Problem(str(path), line, column, f"{key.value} is named twice"))
        else:
            words[str(key.value)] = (str(value.value), line)
    return words
