"""Real SIP telephones for the tests: the softphone of the product, which can also wait until something is heard."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hearing import RATE, Sound, find, load

from ivr.bringup.recording import loud_steps
from ivr.bringup.softphone import Softphone


def spoken(*parts: float | Path | Sound) -> Sound:
    """Something to say into the telephone: numbers are seconds of silence, the rest are sounds or WAV files."""
    sounds = []
    for part in parts:
        if isinstance(part, float | int):
            sounds.append(np.zeros(int(part * RATE)))
        else:
            sounds.append(load(part) if isinstance(part, Path) else part)
    return np.concatenate(sounds) if sounds else np.zeros(0)


class Telephone(Softphone):
    """A softphone that can wait until something is heard."""

    def wait_heard(self, fragment: Sound, limit: float, *, score: float = 0.9, after: float = 0.0) -> float:
        """Wait until ``fragment`` has been heard to its end; the second of the recording at which it began."""
        give_up = time.monotonic() + limit
        best, new = 0.0, after
        while True:
            sound = self.heard()
            match = find(sound, fragment, after=new)
            best = max(best, match.score)
            if match.score >= score:
                return match.begin
            if time.monotonic() > give_up:
                raise AssertionError(f"not heard within {limit:g} s (best likeness {best:.2f}); events: {self._told()}")
            # What has been looked through is not looked through again, but for a beginning of the fragment at its end.
            new = max(new, (len(sound) - len(fragment)) / RATE - 0.5)
            self.stay(0.2)

    def wait_silent(self, limit: float, *, seconds: float = 0.5) -> None:
        """Wait until nothing has been heard for ``seconds``."""
        give_up = time.monotonic() + limit
        while loud_steps(self.heard()[-int(seconds * RATE) :]).any():
            if time.monotonic() > give_up:
                raise AssertionError(f"not silent within {limit:g} s")
            self.stay(0.1)


MakeTelephone = Callable[..., Telephone]
"""The fixture ``telephone``: ``telephone(sip_port, number="+7471…", says=…)``."""
