"""A-law and µ-law as ITU-T G.711 lays down."""

import numpy as np

from robot.training.codecs import a_law, u_law


def through(codec, *values: int) -> list[int]:
    return [int(value) for value in codec(np.array(values, np.int16))]


def test_a_law_steps() -> None:
    # The first two segments have steps of 16 (on 16 bits), the last one of 1024; a value lands in its step's middle.
    assert through(a_law, 0, 15, 16, 500, 512, 1023, 32767) == [8, 8, 24, 504, 528, 1008, 32256]


def test_a_law_has_no_zero_and_is_symmetric() -> None:
    assert through(a_law, 0, -1, -16, -17) == [8, -8, -8, -24]


def test_u_law_keeps_zero_and_small_values() -> None:
    assert through(u_law, 0) == [0]
    assert abs(through(u_law, 100)[0] - 100) <= 4
    assert abs(through(u_law, 32767)[0] - 32124) <= 512


def test_each_codec_knows_256_values_at_most() -> None:
    every = np.arange(-32768, 32768).astype(np.int16)
    assert len(np.unique(a_law(every))) == 256
    assert len(np.unique(u_law(every))) <= 256


def test_coding_twice_changes_nothing_more() -> None:
    every = np.arange(-32768, 32768, 7).astype(np.int16)
    assert np.array_equal(a_law(a_law(every)), a_law(every))
    assert np.array_equal(u_law(u_law(every)), u_law(every))
