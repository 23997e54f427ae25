"""AudioSocket's bytes: the same frames however they are split; nonsense is refused."""

from uuid import UUID

import pytest

from ivr.asterisk.audiosocket import FRAME_BYTES, LONGEST_PAYLOAD, SILENCE, Frame, FrameReader, Kind, encode
from ivr.errors import AudioSocketError

CALL = UUID("40325ec2-5efd-4bd3-805f-53576e581d13")
# As recorded from Asterisk 22.10: the UUID, 20 ms of sound, the key 5, the hang-up.
RECORDED = (
    bytes.fromhex("010010") + CALL.bytes + bytes.fromhex("100140") + bytes(range(160)) * 2
    + bytes.fromhex("030001") + b"5" + bytes.fromhex("000000")
)  # fmt: skip
FRAMES = [Frame(1, CALL.bytes), Frame(0x10, bytes(range(160)) * 2), Frame(3, b"5"), Frame(0)]


@pytest.mark.parametrize("at", range(len(RECORDED) + 1))
def test_frames_are_the_same_wherever_the_bytes_are_split(at: int) -> None:
    reader = FrameReader()
    assert reader.feed(RECORDED[:at]) + reader.feed(RECORDED[at:]) == FRAMES


def test_byte_by_byte() -> None:
    reader = FrameReader()
    assert [frame for byte in RECORDED for frame in reader.feed(bytes((byte,)))] == FRAMES


def test_what_frames_say() -> None:
    assert FRAMES[0].call == CALL
    assert FRAMES[2].key == "5"
    assert Frame(3, b"Z").key == Frame(0x10, b"5").key == ""


def test_what_we_send() -> None:
    assert encode(Kind.UUID, CALL.bytes) == RECORDED[:19]
    assert bytes.fromhex("100140") + bytes(FRAME_BYTES) == SILENCE


def test_nonsense_is_refused() -> None:
    with pytest.raises(AudioSocketError, match="bytes"):
        FrameReader().feed(b"GET / HTTP/1.1\r\n")
    with pytest.raises(AudioSocketError, match="no UUID"):
        _ = Frame(1, b"short").call
    with pytest.raises(AudioSocketError):
        encode(Kind.AUDIO, bytes(LONGEST_PAYLOAD + 1))
