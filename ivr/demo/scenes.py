"""What the scripted callers do, and what they must hear. Pure.

The callers are those of the example register (``outage_feed/example``). A step that waits for the robot waits for a
prompt by its name, so that a scene holds at any hour; keys are pressed some seconds after the words before them began,
as people do who know what they want.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.model import OutcomeClass


@dataclass(frozen=True, slots=True)
class Hears:
    """The robot begins to say one of these prompts, at the latest ``within`` seconds after the step before."""

    prompts: tuple[str, ...]
    within: float = 20.0


@dataclass(frozen=True, slots=True)
class Presses:
    """The caller presses keys, ``after`` seconds after the step before."""

    keys: str
    after: float


@dataclass(frozen=True, slots=True)
class WaitsFor:
    """The caller is put into the queue of these people."""

    queue: str
    within: float = 20.0


@dataclass(frozen=True, slots=True)
class OperatorAnswers:
    """An operator's telephone rings, and the operator takes the call."""

    within: float = 25.0


@dataclass(frozen=True, slots=True)
class OperatorHangsUp:
    """The operator has said all and ends the call."""

    after: float


@dataclass(frozen=True, slots=True)
class HangsUp:
    """The caller ends the call."""

    after: float


Step = Hears | Presses | WaitsFor | OperatorAnswers | OperatorHangsUp | HangsUp


@dataclass(frozen=True, slots=True)
class Scene:
    """One call from its first ring to its end."""

    name: str
    title: str
    caller: str
    """The number that the caller's telephone gives as its own."""
    steps: tuple[Step, ...]
    ends: OutcomeClass
    """The class that the call must be counted in."""

    @property
    def needs_operator(self) -> bool:
        """Whether an operator's telephone is needed as well."""
        return any(isinstance(step, OperatorAnswers) for step in self.steps)


def hears(*prompts: str, within: float = 20.0) -> Hears:
    """The robot begins to say one of these prompts."""
    return Hears(prompts, within)


_OPENING = (hears("greeting", within=5.0), hears("recording_notice"))
_MAIN_MENU = (*_OPENING, hears("menu_main"))

SCENES = (
    Scene(
        "known_outage",
        "A known number with a planned outage: the time is heard before the menu, then again by key 1",
        "+79000000001",
        (
            *_OPENING,
            hears("outage_planned"),
            hears("menu_main_again"),
            Presses("1", after=4.0),
            hears("outage_again"),
            hears("outage_offer"),
            HangsUp(after=5.0),
        ),
        OutcomeClass.SERVED,
    ),
    Scene(
        "account",
        "An unknown number without power: the personal account is keyed in and read back, the emergency is told",
        "+79990000001",
        (
            *_MAIN_MENU,
            Presses("1", after=7.0),
            hears("account_ask"),
            Presses("4801000001#", after=3.5),
            hears("account_read_back"),
            Presses("1", after=6.0),
            hears("outage_emergency"),
            hears("outage_offer"),
            HangsUp(after=4.0),
        ),
        OutcomeClass.SERVED,
    ),
    Scene(
        "ticket",
        "No outage is known at the caller's address: a ticket is registered and its number spoken",
        "+79000000007",
        (
            *_MAIN_MENU,
            Presses("1", after=7.0),
            hears("outage_none_known"),
            hears("register_here"),
            Presses("1", after=4.0),
            # Whoever calls again while the ticket is open hears its number again.
            hears("ticket_opened", "ticket_joined"),
            hears("ticket_offer"),
            HangsUp(after=3.0),
        ),
        OutcomeClass.SERVED,
    ),
    Scene(
        "danger",
        "A broken wire: safety first, then a minute in the dispatchers' queue; nobody answers: on to the operators'",
        "+79990000002",
        (
            *_MAIN_MENU,
            Presses("2", after=4.5),
            hears("danger_safety"),
            hears("danger_transfer"),
            WaitsFor("dispatchers"),
            hears("danger_no_answer", within=75.0),
            WaitsFor("operators"),
            HangsUp(after=4.0),
        ),
        OutcomeClass.LEFT_QUEUE,
    ),
    Scene(
        "operator",
        "A caller who wants a person: an operator's telephone rings, and the operator takes the call",
        "+79990000003",
        (
            *_MAIN_MENU,
            Presses("0", after=3.0),
            hears("transfer_to_operator"),
            WaitsFor("operators"),
            OperatorAnswers(),
            OperatorHangsUp(after=6.0),
        ),
        OutcomeClass.OPERATOR,
    ),
)

OPERATOR_SAYS = "Здравствуйте, оператор Смирнова. Слушаю вас."
