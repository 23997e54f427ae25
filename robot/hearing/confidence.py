"""◆ How sure a recogniser is of a whole answer, out of its words."""

from __future__ import annotations

from robot.hearing.recogniser import UNKNOWN, Heard


def confidence(heard: Heard) -> float | None:
    """0 … 1 as the engine gives it: the mean of the words', those outside the grammar counting as nothing.

    None when it gives none for a word; nothing heard is 0.
    """
    if not heard.words:
        return 0.0
    known = [word.confidence for word in heard.words if word.text != UNKNOWN]
    given = [sure for sure in known if sure is not None]
    return sum(given) / len(heard.words) if len(given) == len(known) else None
