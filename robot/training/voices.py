"""The voices that the model may be trained on, their licences as read, and the voices kept for testing.

Read in Debian 12's packages (``/usr/share/doc/*/copyright``), 2026-11-25. Nine other Russian voices of
``rhvoice-russian`` are CC-BY-NC-ND: not for a model that ships; ``aleksandr-hq`` is CC-BY-SA and was left out, too.
``elena`` is the test caller and never trained on.
"""

from __future__ import annotations

RHVOICE_VOICES = ("anna", "irina", "aleksandr")
"""rhvoice-russian 1.8.0: ``Files: data/*``, LGPL-2.1+."""
ESPEAK_VARIANTS = (
    "m1",
    "m2",
    "m3",
    "m4",
    "m5",
    "m6",
    "m7",
    "m8",
    "f1",
    "f2",
    "f3",
    "f4",
    "f5",
    "klatt",
    "klatt2",
    "klatt3",
    "klatt4",
)
"""espeak-ng 1.51 is GPL-3+; what a program of the GPL puts out is its user's own."""
FESTIVAL_VOICE = "voice_msu_ru_nsh_clunits"
"""festvox-ru 0.5: BSD-like, "to use and distribute … without restriction"."""
