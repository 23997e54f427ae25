"""What the operator's side is told of a call that is handed over: facts, a name for the telephone's display, a whisper.

Nothing that the caller has said to the robot should have to be asked again. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ivr.call.model import Prompt

LONGEST_NAME = 32
"""Characters that telephones show of a name."""
LONGEST_WORDS = 200
"""Characters of what the caller said last."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "danger": "Опасность",
        "no_power": "Нет света",
        "voltage": "Напряжение",
        "theft": "Хищение",
        "meter": "Счётчик",
        "connection": "Присоединение",
        "maintenance": "Сети",
        "request": "Обращение",
        "client_day": "День клиента",
        "complaint": "Жалоба",
        "feedback": "Отзыв",
        "suggestion": "Предложение",
        "other": "Другой вопрос",
    }
)
"""What a call may be about → the same in a word or two, for the display. ``whisper_<key>`` says it."""

_SAME: Mapping[str, str] = MappingProxyType(
    {"known_outage": "no_power", "account": "no_power", "quality": "voltage", "my_request": "request"}
)
"""Topics that are about the same as another."""


def reason_of(topic: str) -> str:
    """The key of :data:`REASONS` that a topic stands for; empty when it stands for none."""
    reason = _SAME.get(topic, topic)
    return reason if reason in REASONS else ""


@dataclass(frozen=True, slots=True)
class Handover:
    """What is known of a call when a person takes over; anything may be missing."""

    topic: str = ""
    address: str = ""
    """Street and house."""
    ticket: int | None = None
    words: tuple[str, ...] = ()
    """What the caller said last, the newest last."""

    @property
    def reason(self) -> str:
        """What it is about, in a word or two; empty when nobody knows."""
        return REASONS.get(reason_of(self.topic), "")

    def name(self) -> str:
        """At most :data:`LONGEST_NAME` characters: reason, ticket, and as much of the address as there is room for."""
        ticket = f"№{self.ticket}" if self.ticket is not None else ""
        kept = [part for part in (self.reason, ticket) if part]
        room = LONGEST_NAME - sum(len(part) + 1 for part in kept)
        address = " ".join(self.address.replace(",", " ").split())
        if len(address) > room:
            # The house tells more than the end of a long street's name.
            street, _, house = address.rpartition(" ")
            street = street[: max(0, room - len(house) - 1)].rstrip()
            address = f"{street} {house}" if street and len(house) < room else ""
        parts = [self.reason, address, ticket]
        return " ".join(part for part in parts if part)[:LONGEST_NAME]

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each fact that is known."""
        said = " … ".join(self.words)
        facts = (
            ("reason", self.reason),
            ("address", self.address),
            ("ticket", "" if self.ticket is None else str(self.ticket)),
            ("words", said[-LONGEST_WORDS:]),
            ("name", self.name()),
        )
        return tuple((name, value) for name, value in facts if value)

    def whisper(self) -> tuple[Prompt, ...]:
        """What whoever takes the call hears first. Short: the caller waits. The ticket's number is on the display."""
        said = [Prompt(f"whisper_{reason_of(self.topic)}")] if self.reason else []
        if self.address:
            said.append(Prompt("whisper_place", place=self.address))
        if self.ticket is not None:
            said.append(Prompt("whisper_ticket"))
        return tuple(said)
