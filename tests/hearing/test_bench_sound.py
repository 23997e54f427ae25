"""A-law, disturbances and sound without speech: as they are described, and the same again each time."""

import struct
from pathlib import Path

import numpy as np
import pytest

from robot.hearing.bench import quiet
from robot.hearing.bench.alaw import RATE, BadClip, Samples, decode, encode, read, through_u_law, write
from robot.hearing.bench.conditions import CONDITIONS, active_level, speech_end

EVERY = np.arange(-32768, 32768).astype(np.int16)


def clip(seed: int = 1, seconds: float = 1.0, level: float = 2000.0) -> Samples:
    """Noise in bursts between two silences: as uneven as speech."""
    chance = np.random.default_rng(seed)
    burst = chance.standard_normal(int(RATE * seconds)) * level
    burst *= 0.55 + 0.45 * np.sin(np.arange(len(burst)) / RATE * 2 * np.pi * 4)
    return np.pad(burst, RATE // 4).clip(-30000, 30000).astype(np.int16)


def test_a_law_codes_stand_for_the_values_of_g711() -> None:
    """Table 1a of G.711: the ends of the scale, the smallest steps, and the sign bit with even bits inverted."""
    assert encode(np.array([0, 8, -1, 32767, -32768], np.int16)) == bytes([0xD5, 0xD5, 0x55, 0xAA, 0x2A])
    assert list(decode(bytes([0xD5, 0x55, 0xAA, 0x2A, 0x80, 0x00]))) == [8, -8, 32256, -32256, 5504, -5504]


def test_every_code_comes_back_and_every_value_lands_in_its_step() -> None:
    codes = bytes(range(256))
    assert encode(decode(codes)) == codes
    error = np.abs(decode(encode(EVERY)).astype(int) - EVERY)
    assert error.max() <= 512  # half of the largest step
    assert (error <= np.maximum(8, np.abs(EVERY.astype(int)) / 31)).all()


def test_mu_law_lands_in_its_step() -> None:
    coded = through_u_law(EVERY).astype(int)
    assert (np.diff(coded) >= 0).all()
    assert len(np.unique(coded)) == 255  # +0 and −0 are one value
    assert (
        np.abs(coded - EVERY)[np.abs(EVERY.astype(int)) < 32000]
        <= np.abs(EVERY.astype(int))[np.abs(EVERY.astype(int)) < 32000] / 31 + 5
    ).all()


@pytest.mark.parametrize("length", [160, 161])
def test_a_clip_is_read_as_it_was_written(tmp_path: Path, length: int) -> None:
    line = decode(encode(clip()[:length]))
    write(tmp_path / "a.wav", line)
    assert (read(tmp_path / "a.wav") == line).all()
    assert len(read(tmp_path / "a.wav")) == length


def test_sixteen_bits_are_read_too_and_nothing_else_is(tmp_path: Path) -> None:
    file, line = tmp_path / "a.wav", clip()

    def wav(form: tuple[int, int, int, int], data: bytes) -> bytes:
        kind, channels, rate, bits = form
        head = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
        body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"LISTI\0\0\0" + b"x" * 74 + b"data"
        return b"RIFF" + struct.pack("<I", len(body)) + body + struct.pack("<I", len(data)) + data

    file.write_bytes(wav((1, 1, RATE, 16), line.tobytes()))
    assert (read(file) == line).all()
    for form in ((1, 2, RATE, 16), (1, 1, 16000, 16), (1, 1, RATE, 8), (6, 2, RATE, 8), (7, 1, RATE, 8)):
        file.write_bytes(wav(form, line.tobytes()))
        with pytest.raises(BadClip, match=r"a\.wav: format"):
            read(file)
    for spoilt in (
        b"",
        b"RIFF",
        wav((1, 1, RATE, 16), b""),
        wav((6, 1, RATE, 8), b"x" * 159),
        b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0",
    ):
        file.write_bytes(spoilt)
        with pytest.raises(BadClip):
            read(file)


@pytest.mark.parametrize("name", [name for name, condition in CONDITIONS.items() if condition.available])
def test_a_disturbance_is_the_same_again_and_as_long_as_the_clip(name: str) -> None:
    line, others = clip(), [clip(seed) for seed in range(2, 12)]
    once, again, otherwise = (CONDITIONS[name].apply(line, seed, others) for seed in (1, 1, 2))
    assert once.dtype == np.int16
    assert len(once) == len(line)
    assert (once == again).all()
    chance_plays_no_part = name in ("clean", "faint20", "faint30", "band", "ulaw", "gsm")
    assert (once == otherwise).all() == chance_plays_no_part


@pytest.mark.parametrize(
    ("name", "snr"), [("white20", 20), ("white10", 10), ("pink10", 10), ("babble15", 15), ("babble5", 5), ("hum10", 10)]
)
def test_the_noise_is_as_loud_as_its_name_says(name: str, snr: float) -> None:
    line = clip()
    noise = CONDITIONS[name].apply(line, 1, [clip(seed) for seed in range(2, 12)]).astype(float) - line
    measured = 20 * np.log10(active_level(line.astype(float)) / np.sqrt((noise**2).mean()))
    assert measured == pytest.approx(snr, abs=0.6)


def test_pink_noise_falls_three_decibels_an_octave() -> None:
    line = clip(seconds=20)
    noise = CONDITIONS["pink10"].apply(line, 1, []).astype(float) - line
    power = np.abs(np.fft.rfft(noise)) ** 2
    hertz = np.arange(len(power)) * RATE / len(noise)
    low, high = (power[(hertz > start) & (hertz < 2 * start)].mean() for start in (250, 1000))
    assert 10 * np.log10(low / high) == pytest.approx(6, abs=1)


def test_babble_is_made_of_the_other_clips() -> None:
    line = clip()
    alone = CONDITIONS["babble5"].apply(line, 1, [line])
    assert (alone == decode(encode(line))).all(), "a clip is no babble to itself"


@pytest.mark.parametrize(("name", "share"), [("loss3", 0.03), ("loss10", 0.1)])
def test_lost_packets_are_silent_and_as_many_as_promised(name: str, share: float) -> None:
    line = np.full(RATE * 100, 1000, np.int16)
    frames = CONDITIONS[name].apply(line, 1, []).reshape(-1, 160)
    silent = (np.abs(frames.astype(int)) <= 8).all(1)
    assert silent.mean() == pytest.approx(share, abs=0.01)
    assert (frames[~silent] == decode(encode(line))[0]).all()


def test_hidden_losses_repeat_the_packet_before() -> None:
    line = np.full(RATE * 10, 10_000, np.int16)
    frames = CONDITIONS["hidden10"].apply(line, 1, []).reshape(-1, 160)
    values = {int(frame[0]) for frame in frames}
    assert all(len(set(frame)) == 1 for frame in frames)
    assert {round(value / 10_000, 1) for value in values} >= {1.0, 0.7}
    assert not {value for value in values if abs(value) <= 8}


def test_fainter_is_fainter_and_the_band_is_a_band() -> None:
    line = clip()
    faint = CONDITIONS["faint20"].apply(line, 1, []).astype(float)
    assert np.std(faint) == pytest.approx(np.std(line) / 10, rel=0.02)
    spectrum = np.abs(np.fft.rfft(CONDITIONS["band"].apply(line, 1, []).astype(float)))
    hertz = np.arange(len(spectrum)) * RATE / len(line)
    inside, outside = spectrum[(hertz > 350) & (hertz < 3350)].mean(), spectrum[(hertz < 250) | (hertz > 3500)].mean()
    assert outside < inside / 20


@pytest.mark.parametrize("name", [name for name, condition in CONDITIONS.items() if condition.available])
@pytest.mark.parametrize("line", [np.zeros(RATE, np.int16), np.zeros(160, np.int16), np.full(200, -32768, np.int16)])
def test_odd_clips_are_disturbed_without_a_fuss(name: str, line: Samples) -> None:
    assert len(CONDITIONS[name].apply(line, 1, [clip(2)])) == len(line)


def test_the_level_of_speech_is_that_of_its_loud_and_soft_frames_not_of_its_pauses() -> None:
    loud, soft, pause = (np.full(RATE, level, float) for level in (10_000.0, 1_000.0, 100.0))
    both = np.sqrt((10_000.0**2 + 1_000.0**2) / 2)
    assert active_level(np.concatenate((pause, loud, soft, pause))) == pytest.approx(both)
    assert active_level(np.zeros(RATE)) == 1.0


def test_where_speech_ends() -> None:
    assert speech_end(clip(seconds=1.0)) == pytest.approx(RATE * 1.25, abs=RATE * 0.1)
    assert speech_end(np.zeros(RATE, np.int16)) == 0
    assert speech_end(np.zeros(10, np.int16)) == 0


def test_a_condition_that_needs_a_package_says_so() -> None:
    gsm = CONDITIONS["gsm"]
    assert gsm.package == "soundfile"
    assert CONDITIONS["clean"].available


def test_sound_without_speech_is_the_same_again_and_fills_its_minutes() -> None:
    first, second = ([*quiet.pieces(6.0, 1)] for _ in range(2))
    assert all(
        name == other and (line == same).all() for (name, line), (other, same) in zip(first, second, strict=True)
    )
    assert sum(len(line) for _, line in first) == 6 * 60 * RATE
    assert [name for name, _ in first[: len(quiet.FAMILIES)]] == list(quiet.FAMILIES)
    assert any((line != other).any() for (_, line), (_, other) in zip(first, quiet.pieces(6.0, 2), strict=True))


def test_every_family_is_heard_once_however_short_the_time() -> None:
    assert {name for name, _ in quiet.pieces(0.1, 1)} == set(quiet.FAMILIES)


@pytest.mark.parametrize("family", quiet.FAMILIES)
def test_each_family_is_what_its_name_says(family: str) -> None:
    lines = [line.astype(float) for name, line in quiet.pieces(9.0, 3) if name == family]
    loudest = max(np.abs(line).max() for line in lines)
    if family == "silence":
        assert loudest <= 8  # A-law has no zero
    elif family == "idle line":
        assert 8 < loudest < 300
    else:
        assert loudest > 300


def test_the_public_set_tells_every_disturbance() -> None:
    """Its README is what others measure by."""
    text = (Path(__file__).parent.parent / "speech" / "README.md").read_text("utf-8")
    for name, condition in CONDITIONS.items():
        assert f"| `{name}` | {condition.words}" in text
