"""A model for Vosk that hears tones: real files in Vosk's format, a network written by hand, no training.

Each of five vowels is a tone; its score is how far its mel band stands out of the mean of all bands. Cepstra are a
linear picture of the bands, so one affine layer does it. Words are two or three tones in a row.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robot.hearing.graph import build_graph
from robot.hearing.kaldi_model import INPUTS, Layer, write_model
from robot.hearing.phones import BASE, PDFS

RATE = 8000
TONES = {"A": 400.0, "O": 800.0, "E": 1300.0, "I": 2000.0, "U": 3000.0}
WORDS = {"да": "AO", "нет": "EI", "один": "UA", "два": "IO", "три": "OEU", "свет": "AEI"}
MFCC = (
    "--use-energy=false\n--sample-frequency=8000\n--num-mel-bins=40\n--num-ceps=40\n--low-freq=40\n--high-freq=-200\n"
)
DECODING = """--min-active=200
--max-active=3000
--beam=12.0
--lattice-beam=2.0
--acoustic-scale=1.0
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""


def make_model(folder: Path) -> Path:
    """Write the model."""
    (folder / "am").mkdir(parents=True)
    (folder / "conf").mkdir()
    (folder / "conf" / "mfcc.conf").write_text(MFCC)
    (folder / "conf" / "model.conf").write_text(DECODING)
    bands = _bands_of_cepstra()
    weights, bias = np.zeros((PDFS, INPUTS)), np.full(PDFS, -60.0)
    bias[0:2] = 0.0  # silence: what is no tone
    for vowel, hertz in TONES.items():
        for pdf in (2 * BASE[vowel], 2 * BASE[vowel] + 1):
            weights[pdf], bias[pdf] = 2 * (bands[_band(hertz)] - bands.mean(0)), -9.0
    write_model(folder / "am" / "final.mdl", [Layer("all", weights, bias, (0,), relu=False)])
    lexicon = {word: (tuple(vowels),) for word, vowels in WORDS.items()}
    build_graph(folder, lexicon, [[word] for word in WORDS] * 3 + [[one, two] for one in WORDS for two in WORDS])
    return folder


def say(*parts: str | float, level: float = 4000.0) -> NDArray[np.int16]:
    """Words as tones, numbers as seconds of silence."""
    sound = [np.zeros(0)]
    for part in parts:
        if isinstance(part, float):
            sound.append(np.zeros(int(RATE * part)))
            continue
        for word in part.split():
            time = np.arange(RATE // 5) / RATE
            sound += [level * np.sin(2 * np.pi * TONES[vowel] * time) for vowel in WORDS[word]]
    return np.concatenate(sound).astype(np.int16)


def _bands_of_cepstra() -> NDArray[np.float64]:
    """[band, cepstrum]: the inverse of Kaldi's cosine transform and its lifter of 22."""
    number = np.arange(40)
    cosine = np.sqrt(2 / 40) * np.cos(np.pi / 40 * (number[None, :] + 0.5) * number[:, None])
    cosine[0] = np.sqrt(1 / 40)
    lifter = 1 + 11 * np.sin(np.pi * number / 22)
    return np.linalg.inv(cosine * lifter[:, None])


def _band(hertz: float) -> int:
    """The mel band that the tone falls into."""
    low, high, here = (1127 * np.log(1 + edge / 700) for edge in (40.0, 3800.0, hertz))
    return round((here - low) / ((high - low) / 41)) - 1
