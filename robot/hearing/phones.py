"""The sounds that the built-in model tells apart, and how Kaldi numbers them.

One silence and 42 phones. ``A`` and the other capitals are vowels (stressed or full; ``V`` is the reduced а/о, ``I``
the reduced е/я/и, ``Y`` is ы), ``;`` marks a soft consonant, ``S``/``S;`` are ш/щ, ``ch`` is ч, ``ts`` is ц.
In the decoding graph a phone also knows its place in the word (``_B``egin, ``_E``nd, ``_I``nside, ``_S``ingle), so that
Kaldi can tell where words begin and end; the places share their sound models.

Numbers follow Kaldi: phone ids from 1; every phone has one emitting state with a "forward" and a "loop" sound model
(pdf) and the transition ids 2p−1 (loop) and 2p (forward).
"""

from __future__ import annotations

from collections.abc import Sequence

SILENCE = "SIL"
PHONES: tuple[str, ...] = (
    "A", "V", "E", "O", "I", "Y", "U", "j", "b", "b;", "p", "p;", "d", "d;", "t", "t;", "g", "g;", "k", "k;", "v", "v;",
    "f", "f;", "z", "z;", "s", "s;", "m", "m;", "n", "n;", "l", "l;", "r", "r;", "x", "Z", "S", "S;", "ts", "ch",
)  # fmt: skip
VOWELS = frozenset("AVEOIYU")
BASE: dict[str, int] = {SILENCE: 0} | {phone: number for number, phone in enumerate(PHONES, start=1)}
"""Base phone → number; the number 2b is its forward pdf, 2b + 1 its loop pdf."""
PDFS = 2 * len(BASE)
PLACES = ("B", "E", "I", "S")
POSITIONAL: tuple[str, ...] = (SILENCE, *(f"{phone}_{place}" for phone in PHONES for place in PLACES))
"""Phones with their place in the word; the Kaldi id is the index + 1."""
PHONE_ID: dict[str, int] = {name: number for number, name in enumerate(POSITIONAL, start=1)}

Pronunciation = tuple[str, ...]
"""One way to say a word: base phones in order."""


def base_of(phone_id: int) -> int:
    """The base phone's number of a positional phone id."""
    return 0 if phone_id == 1 else (phone_id - 2) // len(PLACES) + 1


def loop_transition(phone_id: int) -> int:
    """Kaldi's transition id for staying in the phone."""
    return 2 * phone_id - 1


def forward_transition(phone_id: int) -> int:
    """Kaldi's transition id for entering the phone."""
    return 2 * phone_id


def positional(pronunciation: Sequence[str]) -> tuple[int, ...]:
    """Phone ids of a word said in isolation: begin, inside …, end, or single."""
    if len(pronunciation) == 1:
        return (PHONE_ID[f"{pronunciation[0]}_S"],)
    first, *inside, last = pronunciation
    return (PHONE_ID[f"{first}_B"], *(PHONE_ID[f"{phone}_I"] for phone in inside), PHONE_ID[f"{last}_E"])
