"""What is done to sound so that pieces of it fit together on a telephone: pure functions on samples.

Samples are ``float32`` in −1 … 1 at 8,000 a second (:data:`RATE`), mono, unless said otherwise.
Change :data:`PROCESSING` whenever the same words would come out differently: clips made before are then outdated.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.float32]
Pcm = npt.NDArray[np.int16]

RATE = 8000
PROCESSING = "2"
TARGET_LUFS = -21.0
"""Loudness of the voice (EBU R128 integrated). Recordings of telephone systems lie between −24 and −18; with speech's
peaks 14–17 dB above it, −21 leaves the ceiling nearly untouched."""
CEILING_DBTP = -3.0
"""True peaks stay below: A-law's overload point is then never met, whatever gain a gateway adds by rule (≤ 3 dB)."""
FADE = 32
"""Samples (4 ms) over which edges rise and fall, and by which joined pieces overlap."""

_FRAME = 40  # 5 ms: short enough not to smear a plosive
_QUIET_DBFS = -52.0  # below this (at TARGET_LUFS) nothing is speech: soft [ф], [х], [в] measured −48 … −40
_WORD = 60  # frames (0.3 s): as long as the extra word is at least
_LEAD, _TAIL = 80, 120  # samples kept before and after what is not quiet: onsets and releases fade within 10–15 ms


def resample(samples: Pcm, rate: int) -> Samples:
    """Any rate to 8 kHz; the filter's pass band reaches 3.65 kHz, its stop band begins at 4 kHz."""
    return np.asarray(soxr.resample(samples.astype(np.float32) / 32768, rate, RATE, quality="VHQ"), np.float32)


def band(samples: Samples) -> Samples:
    """Shape to what a telephone carries: nothing below 100 Hz (it only costs level), consonants lifted.

    The lift, 3 dB from 1.5 to 3 kHz, gives back what the handset and the narrow band take from [с], [ш], [ф], [т].
    """
    size = len(samples) + RATE // 10  # room for the filter's ends, so that nothing wraps around
    spectrum = np.fft.rfft(samples, size)
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    low = np.clip((frequency - 60) / (160 - 60), 0, 1)
    lift = np.clip((np.log2(np.maximum(frequency, 1)) - np.log2(1500)), 0, 1)
    gain = np.sin(low * np.pi / 2) ** 2 * 10 ** (3.0 * lift / 20)
    return np.asarray(np.fft.irfft(spectrum * gain, size)[: len(samples)], np.float32)


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS (EBU R128); −inf for silence. Needs at least 0.4 s of sound to mean anything."""
    if len(samples) < int(0.4 * RATE):
        samples = np.pad(samples, (0, int(0.4 * RATE) - len(samples) + 1))
    import pyloudnorm  # brings scipy: a second of start-up that only rendering needs

    return float(pyloudnorm.Meter(RATE).integrated_loudness(samples.astype(np.float64)))


def gain_for(corpus: Sequence[Samples]) -> float:
    """The one gain (factor) that brings a voice to :data:`TARGET_LUFS`, measured over a corpus of its sentences.

    One gain for all: evening short pieces one by one would pump, «час» would be as loud as «ДВАДЦАТЬ».
    Raises ValueError if the corpus is silent.
    """
    measured = loudness(np.concatenate(corpus))
    if not np.isfinite(measured):
        raise ValueError("the voice is silent")
    return float(10 ** ((TARGET_LUFS - measured) / 20))


def limit(samples: Samples, ceiling: float = 10 ** (CEILING_DBTP / 20)) -> Samples:
    """Hold true peaks (4 × oversampled) below ``ceiling``, turning the level down softly around each, no clipping."""
    fine = np.abs(soxr.resample(samples, RATE, 4 * RATE, quality="HQ"))
    fine = np.resize(np.pad(fine, (0, max(0, 4 * len(samples) - len(fine)))), 4 * len(samples))
    peaks = np.maximum(fine.reshape(-1, 4).max(axis=1, initial=0.0), np.abs(samples))
    if not len(peaks) or peaks.max() <= ceiling:
        return samples
    need = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    reach = 40  # 5 ms to either side
    held = np.lib.stride_tricks.sliding_window_view(np.pad(need, reach, mode="edge"), 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 3)[1:-1]
    # An average over the window in which the least gain is held can nowhere be above what a peak needs.
    smooth = np.convolve(np.pad(held, reach, mode="edge"), window / window.sum(), mode="valid")
    held_down: Samples = samples * np.minimum(smooth, 1.0).astype(np.float32)
    return held_down


def levels(samples: Samples) -> npt.NDArray[np.float32]:
    """RMS in dBFS of each 5 ms frame (the last, incomplete one left out)."""
    whole = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    return np.asarray(10 * np.log10((whole**2).mean(axis=1) + 1e-12), np.float32)


def trim(samples: Samples) -> Samples:
    """Cut the silence before and after, keeping 10 and 15 ms so that soft consonants live; all of it if it is quiet.

    A recording's own noise counts as silence: the threshold lies 8 dB above its quietest tenth, if that is higher.
    """
    frames = levels(samples)
    if not len(frames):
        return samples
    threshold = max(_QUIET_DBFS, min(float(np.percentile(frames, 5)) + 8, -35.0))
    loud = np.flatnonzero(frames > threshold)
    if not len(loud):
        return samples[:0]
    start = max(0, int(loud[0]) * _FRAME - _LEAD)
    end = min(len(samples), int(loud[-1] + 1) * _FRAME + _TAIL)
    return samples[start:end]


def cut_extra(samples: Samples, gap_ms: int) -> Samples | None:
    """Leave off the last word, which was said only for the intonation before it: all from the gap before it.

    The gap is the last stretch of at least ``gap_ms`` that lies 20 dB below the word's loudest: the closure of its
    first consonant, or a pause. The cut is made late in it, in its quietest 15 ms of the last 60: what comes before a
    closure, such as the release of another stop, belongs to the words that are kept. None if there is no such gap.
    """
    frames = levels(samples)
    speech = np.flatnonzero(frames > frames.max(initial=-120) - 20)
    if not len(speech):
        return None
    first, at, run = int(speech[0]), int(speech[-1]), 0
    quiet = frames < frames[max(0, at - _WORD) :].max() - 20
    while at > first and run < gap_ms * RATE // 1000 // _FRAME:
        at -= 1
        run = run + 1 if quiet[at] else 0
    if at <= first:
        return None
    end = at + run
    start = max(at, end - 12)
    while start > max(first, end - 12) and quiet[start - 1]:
        start -= 1
    energy = np.cumsum(np.concatenate(([0.0], 10 ** (frames[start:end].astype(np.float64) / 10))))
    quietest = start + int(np.argmin(energy[3:] - energy[:-3]))
    return samples[: quietest * _FRAME + 3 * _FRAME // 2]


def fade_edges(samples: Samples) -> Samples:
    """Let both ends rise from and fall to (nearly) nothing over :data:`FADE` samples, so that no join clicks."""
    length = min(FADE, len(samples) // 2)
    if not length:
        return samples
    faded = samples.copy()
    # sin² taken between the samples: what rises here and falls there sums to exactly one where two pieces overlap.
    rise = (np.sin((np.arange(length) + 0.5) / length * np.pi / 2) ** 2).astype(np.float32)
    faded[:length] *= rise
    faded[-length:] *= rise[::-1]
    return faded


def join(pieces: Sequence[tuple[Pcm, int]], lead: int = 160, tail: int = 400) -> Pcm:
    """Put finished clips together: ``(clip, milliseconds of silence after it)``.

    Pieces of one phrase (no silence) overlap by their faded edges, whose sum stays even. ``lead`` and ``tail`` are
    samples of silence around the whole: jitter buffers swallow the first packet. The length is whole 20 ms packets.
    """
    total = lead + tail + sum(len(clip) + pause * RATE // 1000 for clip, pause in pieces)
    out = np.zeros(-(-total // 160) * 160, dtype=np.int32)
    at = end = lead
    for clip, pause in pieces:
        at = max(lead, at)
        out[at : at + len(clip)] += clip
        end = at + len(clip)
        at = end + pause * RATE // 1000 if pause else end - FADE
    used = -(-(end + tail) // 160) * 160
    return np.clip(out[:used], -32768, 32767).astype(np.int16)


def finish(samples: Pcm, rate: int, gain: float, gap_ms: int | None = None) -> Pcm | None:
    """Everything between what an engine said (or a studio recorded) and a clip that can be joined to others.

    ``gap_ms``: an extra word follows after such a gap, and is cut off (:func:`cut_extra`); None if that cannot be done.
    """
    said = resample(samples, rate)
    heard = said if gap_ms is None else cut_extra(said, gap_ms)
    return None if heard is None else to_pcm(fade_edges(trim(limit(band(heard) * np.float32(gain)))))


def to_pcm(samples: Samples) -> Pcm:
    """To 16-bit samples."""
    return np.clip(np.rint(samples * 32767), -32768, 32767).astype(np.int16)


def to_wav(pcm: Pcm) -> bytes:
    """A WAV file that Asterisk plays as it is: 8 kHz, 16 bits, mono."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.astype("<i2").tobytes())
    return buffer.getvalue()


def from_wav(data: bytes) -> tuple[Pcm, int]:
    """The samples (first two channels averaged) and rate of a PCM WAV file of 16 or 24 bits; ValueError otherwise."""
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            raw = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"not a PCM WAV file: {error}") from error
    if width == 3:  # the upper two of each three bytes
        raw = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3)[:, 1:].tobytes()
    elif width != 2:
        raise ValueError(f"{8 * width}-bit samples; 16 or 24 are wanted")
    frames = np.frombuffer(raw, dtype="<i2").reshape(-1, channels)
    return (frames[:, 0] if channels == 1 else frames[:, :2].mean(axis=1).astype(np.int16)), rate
