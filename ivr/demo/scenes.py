"""What the scripted callers say and do, and what they must hear. Pure.

The addresses are those of the example register (``outage_feed/example``). A step that waits for the robot waits for a
prompt by its name, so that a scene holds at any hour; keys are pressed and words said some seconds after the words
before them began, as people do who know what they want. What is said lies beside this file (``caller/``, a voice that
is not the robot's); the robot hears it as it hears everybody, by its recogniser.
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
class Says:
    """The caller says a sentence (``caller/NAME.wav``), ``after`` seconds after the step before."""

    clip: str
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


Step = Hears | Presses | Says | WaitsFor | OperatorAnswers | OperatorHangsUp | HangsUp


STRANGER = ""
"""A mobile number that has never called before: of whoever has, the robot remembers the address."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One call from its first ring to its end."""

    name: str
    title: str
    caller: str
    """The number that the caller's telephone gives as its own; :data:`STRANGER`: another one at each call."""
    steps: tuple[Step, ...]
    ends: OutcomeClass
    """The class that the call must be counted in."""

    @property
    def clips(self) -> tuple[str, ...]:
        """The sentences that are said in it."""
        return tuple(step.clip for step in self.steps if isinstance(step, Says))

    @property
    def needs_operator(self) -> bool:
        """Whether an operator's telephone is needed as well."""
        return any(isinstance(step, OperatorAnswers) for step in self.steps)


def hears(*prompts: str, within: float = 20.0) -> Hears:
    """The robot begins to say one of these prompts."""
    return Hears(prompts, within)


_OPENING = (hears("greeting", within=5.0), hears("recording_notice"))
_MAIN_MENU = (*_OPENING, hears("menu_main"))
_NO_LIGHT = (*_MAIN_MENU, Says("no_light", after=2.0), hears("account_ask"))
_TOLD_THE_TIME = (
    *_NO_LIGHT, Says("address", after=2.5), hears("outage_emergency"), hears("outage_offer_sms"),
)  # fmt: skip

SCENES = (
    Scene(
        "no_light",
        "No light: the caller says so and where, hears when it will be back, and agrees to have it sent by SMS",
        STRANGER,
        (
            *_TOLD_THE_TIME,
            Says("yes", after=4.5),
            hears("sms_sent"),
            hears("outage_offer_notices"),
            Says("no", after=4.0),
            hears("goodbye"),
        ),
        OutcomeClass.SERVED,
    ),
    Scene(
        "correction",
        "The address is read back inside the answer, and it is the wrong one: «Нет, не …» is taken as a correction",
        STRANGER,
        (
            *_TOLD_THE_TIME,
            Says("correction", after=1.5),
            hears("outage_emergency"),
            hears("outage_offer_sms"),
            Says("no", after=4.5),
            hears("goodbye"),
        ),
        OutcomeClass.SERVED,
    ),
    Scene(
        "doubt",
        "A street and a lane of one name, each with a house five: the robot makes sure before it answers",
        STRANGER,
        (
            *_NO_LIGHT,
            Says("two_like_it", after=2.5),
            hears("address_confirm"),
            Says("right", after=3.5),
            hears("outage_planned"),
            hears("outage_offer_sms"),
            Says("no", after=4.5),
            hears("goodbye"),
        ),
        OutcomeClass.SERVED,
    ),
    Scene(
        "danger",
        "A broken wire, said into the greeting: safety first, then the dispatchers' queue; nobody answers: everybody's",
        STRANGER,
        (
            hears("greeting", within=5.0),
            Says("danger", after=1.0),
            hears("danger_safety"),
            hears("danger_where"),
            Says("address", after=1.5),
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
        "A person is asked for in the middle of a question: an operator's telephone rings, the operator takes the call",
        STRANGER,
        (
            *_NO_LIGHT,
            Says("operator", after=1.5),
            hears("transfer_to_operator"),
            WaitsFor("operators"),
            OperatorAnswers(),
            OperatorHangsUp(after=6.0),
        ),
        OutcomeClass.OPERATOR,
    ),
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
            hears("outage_offer_sms"),
            HangsUp(after=5.0),
        ),
        OutcomeClass.SERVED,
    ),
    Scene(
        "account",
        "An unknown number without power: the personal account is keyed in and read back, the emergency is told",
        STRANGER,
        (
            *_MAIN_MENU,
            Presses("1", after=7.0),
            hears("account_ask"),
            Presses("4801000001#", after=3.5),
            hears("account_read_back"),
            Presses("1", after=6.0),
            hears("outage_emergency"),
            hears("outage_offer_sms"),
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
            hears("dark_how_far"),
            Presses("2", after=3.5),
            # Whoever calls again while the ticket is open hears its number again.
            hears("ticket_opened", "ticket_joined"),
            hears("ticket_offer"),
            HangsUp(after=3.0),
        ),
        OutcomeClass.SERVED,
    ),
)

OPERATOR_SAYS = "Здравствуйте, оператор Смирнова. Слушаю вас."
