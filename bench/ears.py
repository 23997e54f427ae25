"""The callers' ears: a UDP socket for each call, which notes when the first sound came and keeps what some heard.

Times are the kernel's own stamps of arrival, so that a busy machine does not make our reading late.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from collections.abc import Collection
from types import TracebackType
from typing import Self

FIRST_PORT = 12_000
LAST_PORT = 22_000
RTP_HEADER = 12
LOUD_ENOUGH = 1
"""In steps of 128 of 32768 (−48 dB): below it is silence."""
_STAMP = getattr(socket, "SO_TIMESTAMPNS", 35)
_WAKE_S = 0.2


def _alaw_levels() -> bytes:
    """For each A-law byte its magnitude, in steps of 128 of 32768."""
    levels = []
    for code in range(256):
        turned = code ^ 0x55
        exponent, mantissa = (turned >> 4) & 7, turned & 15
        magnitude = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
        levels.append(min(255, magnitude >> 7))
    return bytes(levels)


_LEVELS = _alaw_levels()


class Ears:
    """``with Ears(300, keep={0, 1}) as ears:``; call n is sent its sound to ``ears.ports[n]``."""

    def __init__(self, count: int, keep: Collection[int] = ()) -> None:
        self.first_sound: dict[int, float] = {}
        """Call → seconds since 1970 of its first packet that is not silence."""
        self._keep = frozenset(keep)
        self._packets: dict[int, dict[int, bytes]] = {call: {} for call in self._keep}
        self._selector = selectors.DefaultSelector()
        self._sockets = _open_even_ports(count)
        self.ports = tuple(int(each.getsockname()[1]) for each in self._sockets)
        for call, each in enumerate(self._sockets):
            self._selector.register(each, selectors.EVENT_READ, call)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="ears", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        self._selector.close()
        for each in self._sockets:
            each.close()

    def heard(self, call: int) -> bytes:
        """All that a kept call was sent, as A-law; packets in order, missing ones left out."""
        packets = self._packets[call]
        return b"".join(packets[number] for number in sorted(packets))

    def _listen(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(_WAKE_S):
                assert isinstance(key.fileobj, socket.socket)
                self._read(key.fileobj, key.data)

    def _read(self, ear: socket.socket, call: int) -> None:
        data, extra, _, _ = ear.recvmsg(2048, 64)
        sound = data[RTP_HEADER:]
        if call not in self.first_sound and sound and max(sound.translate(_LEVELS)) >= LOUD_ENOUGH:
            self.first_sound[call] = _arrival(extra)
            if call not in self._keep:
                self._selector.unregister(ear)  # the kernel drops what follows: reading it would cost us the machine
        if call in self._keep and len(data) > RTP_HEADER:
            number = struct.unpack_from("!H", data, 2)[0]
            self._packets[call][number] = sound


def _arrival(extra: list[tuple[int, int, bytes]]) -> float:
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == _STAMP:
            seconds, nanoseconds = struct.unpack_from("@qq", data)
            return float(seconds) + float(nanoseconds) / 1e9
    raise RuntimeError("the kernel gives no time of arrival (SO_TIMESTAMPNS)")


def _open_even_ports(count: int) -> list[socket.socket]:
    """RTP has even ports; the odd ones are left to RTCP, which nobody reads here."""
    found: list[socket.socket] = []
    for port in range(FIRST_PORT, LAST_PORT, 2):
        if len(found) == count:
            return found
        ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            ear.bind(("127.0.0.1", port))
        except OSError:
            ear.close()
            continue
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        ear.setsockopt(socket.SOL_SOCKET, _STAMP, 1)
        found.append(ear)
    raise RuntimeError(f"no {count} free UDP ports between {FIRST_PORT} and {LAST_PORT}")
