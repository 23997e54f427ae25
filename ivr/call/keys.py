"""Keys as a telephone gives them: which of them answer a question, and which belong to the next one."""

from __future__ import annotations

from ivr.call.verbs import Ask


def take_keys(typed: str, ask: Ask) -> tuple[str, str]:
    """What of the keys typed answers ``ask``, and what is left for the next question.

    At most ``most`` keys; the finishing key ends an answer and is not part of it, unless it comes first. Behind a
    full answer of several keys it belongs to that answer.
    """
    keys = ""
    for at, key in enumerate(typed):
        if key == ask.finish:
            return keys or key, typed[at + 1 :]
        keys += key
        if len(keys) == ask.most:
            rest = typed[at + 1 :]
            return keys, rest.removeprefix(ask.finish) if ask.most > 1 else rest
    return keys, ""
