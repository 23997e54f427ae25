"""The pure functions on samples, on signals made for the purpose."""

import io
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot.voices import sound


def tone(frequency: float, seconds: float, level: float = 0.3, rate: int = sound.RATE) -> sound.Samples:
    at = np.arange(int(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * frequency * at)).astype(np.float32)


def silence(seconds: float) -> sound.Samples:
    return np.zeros(int(seconds * sound.RATE), np.float32)


def level_of(samples: sound.Samples, frequency: float) -> float:
    """Amplitude of one frequency."""
    at = np.arange(len(samples)) / sound.RATE
    return float(2 * abs((samples * np.exp(-2j * np.pi * frequency * at)).mean()))


def noise(seconds: float, level: float, seed: int = 1) -> sound.Samples:
    return (level * np.random.default_rng(seed).standard_normal(int(seconds * sound.RATE))).astype(np.float32)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_resampling_keeps_length_pitch_and_level_and_folds_nothing_back(rate: int) -> None:
    both = tone(1000, 1.0, 0.3, rate) + tone(5000, 1.0, 0.3, rate)  # 5 kHz would fold to 3 kHz
    heard = sound.resample((both * 32767).astype(np.int16), rate)
    assert len(heard) == pytest.approx(sound.RATE, abs=2)
    middle = heard[800:-800]
    assert level_of(middle, 1000) == pytest.approx(0.3, rel=0.02)
    assert level_of(middle, 3000) < 0.001


def test_band_takes_hum_away_and_lifts_consonants() -> None:
    shaped = {
        frequency: level_of(sound.band(tone(frequency, 1.0))[800:-800], frequency) for frequency in (50, 300, 3200)
    }
    assert shaped[50] < 0.003
    assert shaped[300] == pytest.approx(0.3, rel=0.02)
    assert shaped[3200] == pytest.approx(0.3 * 10 ** (3 / 20), rel=0.05)


def test_band_does_not_wrap_around() -> None:
    click_at_end = silence(0.5)
    click_at_end[-1] = 1.0
    assert np.abs(sound.band(click_at_end)[:400]).max() < 0.001


def test_one_gain_brings_a_corpus_to_the_target() -> None:
    corpus = [noise(2.0, 0.02), noise(3.0, 0.03, seed=2)]
    gain = sound.gain_for(corpus)
    assert sound.loudness(np.concatenate(corpus) * np.float32(gain)) == pytest.approx(sound.TARGET_LUFS, abs=0.1)
    with pytest.raises(ValueError, match="silent"):
        sound.gain_for([silence(3.0)])


@given(level=st.floats(0.05, 8.0), frequency=st.floats(100, 3700), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_limiter_keeps_true_peaks_below_the_ceiling(level: float, frequency: float, seed: int) -> None:
    import soxr

    loud = tone(frequency, 0.2, level) + noise(0.2, 0.01, seed)
    held = sound.limit(loud.astype(np.float32))
    ceiling = 10 ** (sound.CEILING_DBTP / 20)
    assert np.abs(held).max() <= ceiling * 1.0001
    # Not at the ends, where an interpolating filter rings by itself; 0.4 dB more may lie between its points.
    assert np.abs(soxr.resample(held, 8000, 64_000)[800:-800]).max() <= ceiling * 1.05


def test_limiter_leaves_quiet_sound_alone_and_turns_down_softly() -> None:
    quiet = tone(440, 0.5, 0.2)
    assert sound.limit(quiet) is quiet
    burst = np.concatenate([tone(440, 0.5, 0.2), tone(440, 0.1, 1.5), tone(440, 0.5, 0.2)])
    held = sound.limit(burst)
    assert np.allclose(held[:3800], burst[:3800])  # before the burst, up to the look-ahead
    gain = held[np.abs(burst) > 0.1] / burst[np.abs(burst) > 0.1]
    assert np.abs(np.diff(gain)).max() < 0.2  # no step, which would click


def test_trim_cuts_silence_and_keeps_a_soft_consonant() -> None:
    soft = noise(0.08, 10 ** (-44 / 20))  # a whispered [ф], 60 ms before the vowel
    word = np.concatenate([silence(0.5), soft, tone(200, 0.3), silence(0.7)])
    cut = sound.trim(word)
    assert len(cut) / sound.RATE == pytest.approx(0.08 + 0.3 + 0.025, abs=0.012)
    assert np.abs(cut[: sound.RATE // 20]).max() > 0.003


def test_trim_takes_a_recordings_noise_for_silence() -> None:
    word = np.concatenate([silence(0.5), tone(200, 0.3), silence(0.5)])
    noisy = word + noise(1.3, 10 ** (-48 / 20))
    assert len(sound.trim(noisy)) / sound.RATE == pytest.approx(0.325, abs=0.02)


def test_trim_of_nothing_is_nothing() -> None:
    assert len(sound.trim(silence(1.0))) == 0
    assert len(sound.trim(silence(0.001))) <= 8


def test_the_extra_word_is_cut_off_in_the_gap_before_it() -> None:
    kept, extra = tone(200, 0.4), np.concatenate([noise(0.02, 0.02), tone(150, 0.2), tone(150, 0.1, 0.06)])
    cut = sound.cut_extra(np.concatenate([kept, silence(0.04), extra, silence(0.3)]), 15)
    assert cut is not None
    assert 0.4 * 8000 <= len(cut) <= 0.44 * 8000


def test_a_stop_inside_the_words_that_are_kept_is_no_gap_to_cut_in() -> None:
    three_hundred = np.concatenate([tone(200, 0.2), silence(0.05), tone(200, 0.06)])  # «триста»: a closure near the end
    cut = sound.cut_extra(np.concatenate([three_hundred, silence(0.05), tone(150, 0.3), silence(0.2)]), 15)
    assert cut is not None
    assert 0.31 * 8000 <= len(cut) <= 0.36 * 8000


def test_a_pause_is_told_from_a_closure() -> None:
    kept, extra = tone(200, 0.4), np.concatenate([tone(150, 0.1), silence(0.03), tone(150, 0.2)])
    cut = sound.cut_extra(np.concatenate([kept, silence(0.15), extra]), 60)
    assert cut is not None
    assert 0.4 * 8000 <= len(cut) <= 0.55 * 8000


def test_without_a_gap_there_is_nothing_to_cut_in() -> None:
    whole = tone(200, 0.5)
    assert sound.cut_extra(whole, 15) is None
    assert sound.cut_extra(whole[:0], 15) is None
    assert sound.cut_extra(np.concatenate([silence(0.3), whole]), 60) is None  # silence before is no gap


def test_faded_edges_begin_and_end_at_nothing() -> None:
    faded = sound.fade_edges(np.ones(1000, np.float32))
    assert faded[0] < 0.001
    assert faded[-1] < 0.001
    assert faded[500] == 1
    assert len(sound.fade_edges(np.ones(1, np.float32))) == 1


def test_pieces_of_a_phrase_overlap_evenly() -> None:
    flat = sound.to_pcm(sound.fade_edges(np.full(1600, 0.5, np.float32)))
    joined = sound.join([(flat, 0), (flat, 0)])
    inside = joined[160 + sound.FADE : 160 + 3200 - 2 * sound.FADE]
    assert inside.min() >= 0.49 * 32767  # the seam does not dip
    assert inside.max() <= 0.51 * 32767  # … nor swell


def test_pauses_are_kept_and_the_file_is_whole_packets() -> None:
    clip = np.full(800, 1000, np.int16)
    joined = sound.join([(clip, 350), (clip, 0)])
    assert len(joined) % 160 == 0
    sounding = np.flatnonzero(joined)
    gaps = np.diff(sounding)
    assert gaps.max() - 1 == 350 * 8
    assert sounding[0] == 160
    assert len(joined) - sounding[-1] >= 400


def test_joining_nothing_is_short_silence() -> None:
    assert not sound.join([]).any()


def test_loud_overlaps_do_not_wrap() -> None:
    clip = np.full(800, 30_000, np.int16)
    assert sound.join([(clip, 0), (clip, 0)]).max() == 32767


def test_wav_is_what_asterisk_plays_as_it_is() -> None:
    pcm = sound.to_pcm(tone(440, 0.1))
    with wave.open(io.BytesIO(sound.to_wav(pcm))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
    again, rate = sound.from_wav(sound.to_wav(pcm))
    assert rate == 8000
    assert np.array_equal(again, pcm)


@pytest.mark.parametrize(("channels", "width"), [(1, 2), (2, 2), (1, 3), (2, 3)])
def test_studio_formats_are_read(channels: int, width: int) -> None:
    pcm = sound.to_pcm(tone(440, 0.1, rate=48_000))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(48_000)
        frames = np.repeat(pcm, channels)
        raw = frames.astype("<i2").tobytes()
        if width == 3:
            raw = b"".join(b"\x00" + raw[at : at + 2] for at in range(0, len(raw), 2))
        file.writeframes(raw)
    again, rate = sound.from_wav(buffer.getvalue())
    assert rate == 48_000
    assert np.array_equal(again, pcm)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"not a wave at all", b"RIFF\x00\x00\x00\x00WAVEfmt "])
def test_what_is_no_wav_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="WAV"):
        sound.from_wav(data)


def test_finished_clip_is_trimmed_even_and_below_the_ceiling() -> None:
    raw = np.concatenate(
        [np.zeros(12_000), 0.9 * np.sin(np.arange(24_000) / 24_000 * 2 * np.pi * 220), np.zeros(12_000)]
    )
    clip = sound.finish((raw * 32767).astype(np.int16), 24_000, gain=3.0)
    assert len(clip) / sound.RATE == pytest.approx(1.025, abs=0.05)  # loud edges ring a little
    assert np.abs(clip).max() / 32767 <= 10 ** (sound.CEILING_DBTP / 20) + 0.001
    assert abs(int(clip[0])) < 100
