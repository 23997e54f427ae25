"""One clean utterance → the same words on a telephone line: distance, noise, channel, level, codec, lost packets.

Everything is drawn from the generator that is passed in, so a seed gives the same sound again. Samples are float
arrays on the 16-bit scale until the codec.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from robot.training.codecs import a_law, u_law
from robot.training.shards import RATE, Samples

Sound = NDArray[np.float32]
FULL_SCALE = 32768.0
PACKET = RATE // 50
"""Samples of one 20 ms packet."""


def on_the_line(speech: Samples, chance: np.random.Generator, others: Samples, bad: float = 0.5) -> Samples:
    """``speech`` as a caller's words might arrive. ``others`` is speech of other people, for babble.

    ``bad`` is the share of calls from noisy places.
    """
    strong = chance.random() < bad
    sound = padded(speech.astype(np.float32), chance)
    level = active_level(sound)
    if strong and chance.random() < 0.35:
        sound = reverberated(sound, chance)
    snr = chance.uniform(3, 25) if strong else chance.uniform(18, 50)
    disturbance = noise(len(sound), chance, others)
    sound += disturbance * (level / (disturbance.std() + 1e-3) * 10 ** (-snr / 20))
    sound = filtered(sound, chance)
    return transmitted(at_level(sound, chance), chance)


def transmitted(sound: Sound, chance: np.random.Generator) -> Samples:
    """Idle noise, overload, codec and lost packets; sometimes digital silence before and after."""
    idle = 10 ** chance.uniform(-0.5, 1.1) if chance.random() < 0.8 else 0.0
    sound = sound + chance.standard_normal(len(sound)).astype(np.float32) * idle
    line = coded(np.clip(sound, -32767, 32767).astype(np.int16), chance)
    if chance.random() < 0.15:
        line = with_lost_packets(line, chance)
    for at_end in (False, True):
        if chance.random() < 0.25:
            quiet = np.full(int(chance.uniform(0.1, 2.0) * RATE), chance.choice((0, 0, 8, -8)), np.int16)
            line = np.concatenate((line, quiet) if at_end else (quiet, line))
    return line


def padded(speech: Sound, chance: np.random.Generator) -> Sound:
    """With the room's silence before and after."""
    # A third ends at once: the last digit of a number must not be taken for the silence behind it.
    before = int(RATE * chance.uniform(0.05, 0.7))
    after = int(RATE * (chance.uniform(0.05, 0.15) if chance.random() < 0.33 else chance.uniform(0.1, 0.7)))
    return np.concatenate((np.zeros(before, np.float32), speech, np.zeros(after, np.float32)))


def active_level(sound: Sound) -> float:
    """Root mean square over the samples that carry speech."""
    return float(np.sqrt((sound**2).sum() / max(1, int((np.abs(sound) > 30).sum())))) + 1e-3


def reverberated(sound: Sound, chance: np.random.Generator) -> Sound:
    """In a room: decaying noise of 20 … 110 ms as the impulse response."""
    length = int(chance.uniform(160, 900))
    echo = chance.standard_normal(length) * np.exp(-np.arange(length) / (length / 5.0))
    echo *= chance.uniform(0.05, 0.35) / np.sqrt((echo**2).sum())
    echo[0] += 1
    size = len(sound) + length
    both = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(echo, size), size)
    return np.asarray(both[: len(sound)], np.float32)


def noise(length: int, chance: np.random.Generator, others: Samples) -> Sound:
    """White, pink or brown noise, mains hum, crackle, one voice or several; of unit variance or more."""
    kind = chance.choice(("white", "pink", "brown", "hum", "crackle", "voice", "babble", "babble"))
    white = chance.standard_normal(length).astype(np.float32)
    if kind == "white":
        return white
    if kind in ("voice", "babble") and len(others) > length:
        mixed = np.zeros(length, np.float32)
        for _ in range(1 if kind == "voice" else int(chance.integers(2, 8))):
            start = int(chance.integers(0, len(others) - length))
            voice = others[start : start + length].astype(np.float32)
            mixed += voice / (voice.std() + 1.0)
        return mixed + white * 0.02
    if kind == "crackle":
        return white * 0.1 + crackle(length, chance)
    coloured = shaped(white, 0.5 if kind == "pink" else 1.0)
    if kind == "hum":
        coloured = 0.5 * coloured + hum(length, chance)
    return coloured


def shaped(white: Sound, slope: float) -> Sound:
    """Noise whose amplitude falls with frequency ** ``slope``; unit variance."""
    spectrum = np.fft.rfft(white)
    spectrum *= (np.arange(len(spectrum)) + 10.0) ** -slope
    sound = np.fft.irfft(spectrum, len(white))
    return np.asarray(sound / (sound.std() + 1e-9), np.float32)


def hum(length: int, chance: np.random.Generator) -> Sound:
    """Mains hum: 50 Hz and a few of its harmonics."""
    time = np.arange(length) / RATE
    sound = sum(
        chance.uniform(0.1, 1.0) / harmonic * np.sin(2 * np.pi * 50 * harmonic * time + chance.uniform(0, 6.3))
        for harmonic in (1, 2, 3, 4, 6)
    )
    return np.asarray(sound, np.float32)


def crackle(length: int, chance: np.random.Generator) -> Sound:
    """Clicks of a bad contact, 1 … 20 a second."""
    sound = np.zeros(length + 400, np.float32)
    for start in chance.integers(0, max(1, length), max(1, int(length / RATE * chance.uniform(1, 20)))):
        size = int(chance.integers(4, 300))
        click = chance.standard_normal(size) * np.exp(-np.arange(size) / (size / 4))
        sound[start : start + size] += (click * 10 ** chance.uniform(-0.3, 1.0)).astype(np.float32)
    return sound[:length]


def filtered(sound: Sound, chance: np.random.Generator) -> Sound:
    """A handset's or hands-free set's response: ripple and tilt, and most times the telephone band, soft or hard."""
    spectrum = np.fft.rfft(sound)
    frequency = np.arange(len(spectrum)) * RATE / len(sound)
    ripple = chance.uniform(-5, 5, 9) + np.linspace(0, chance.uniform(-10, 9), 9)
    gain = 10 ** (np.interp(frequency, np.linspace(0, RATE / 2, 9), ripple) / 20)
    if chance.random() < 0.35:  # a gateway's filter: nothing at all is left outside the band
        gain = gain * ((frequency > chance.uniform(150, 350)) & (frequency < chance.uniform(3000, 3700)))
    elif chance.random() < 0.65:
        low, high = chance.uniform(60, 340), chance.uniform(3050, 3950)
        gain = gain / np.sqrt(1 + (low / np.maximum(frequency, 1)) ** chance.integers(4, 10))
        gain = gain / np.sqrt(1 + (frequency / high) ** chance.integers(16, 50))
    return np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)


def at_level(sound: Sound, chance: np.random.Generator) -> Sound:
    """Loud, normal or faint; a loud one may be overdriven."""
    wanted = chance.uniform(-56, -28) if chance.random() < 0.4 else chance.uniform(-30, -9)
    return sound * np.float32(10 ** (wanted / 20) * FULL_SCALE / (active_level(sound) + 1e-3))


def coded(line: Samples, chance: np.random.Generator) -> Samples:
    """Through the codecs of a call: A-law, GSM, µ-law, two in a row, or none."""
    way = chance.choice(("a", "a", "a", "a", "a", "a", "u", "gsm", "a+gsm", "none"))
    if way in ("a", "a+gsm"):
        line = a_law(line)
    if way == "u":
        line = u_law(line)
    if way in ("gsm", "a+gsm"):
        line = gsm(line)
    return line


def gsm(line: Samples) -> Samples:
    """There and back through GSM 06.10 full rate."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, line, RATE, format="WAV", subtype="GSM610")
    file.seek(0)
    decoded = soundfile.read(file, dtype="int16")[0]
    return np.asarray(decoded[: len(line)], np.int16)


def with_lost_packets(line: Samples, chance: np.random.Generator) -> Samples:
    """Loses 1 … 8 % of the 20 ms packets in bursts; each gap is silent or repeats the packet before, fainter."""
    heard = line.copy()
    rate, repeats = chance.uniform(0.01, 0.08), chance.random() < 0.6
    lost = 0
    for start in range(PACKET, len(line) - PACKET, PACKET):
        lost = lost + 1 if chance.random() < (0.4 if lost else rate) else 0
        if lost:
            before = heard[start - PACKET : start]
            heard[start : start + PACKET] = (before * (0.7 if repeats and lost < 4 else 0.0)).astype(np.int16)
    return heard
