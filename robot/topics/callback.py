"""Nobody has answered: somebody is to call back. What the call has registered already is not registered again."""

from __future__ import annotations

from ivr.call.errands import Promise, Promised
from ivr.call.memory import About, Recall, Registered
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt, replace_call
from ivr.call.verbs import Say
from outage_feed.register import normalise_phone
from robot.outcomes import CallbackLeft
from robot.registering import WHY_CALLED_BACK, register, tell_number
from robot.slots import ask_digits, ask_yes_no

DANGER = "danger"
PHONE_USUAL_DIGITS = 10
PHONE_MOST_DIGITS = 11


async def callback(call: Call) -> Outcome:
    """Promise to call back, tell the number of the ticket.

    Whoever hides their number is asked for one. Without any, danger is registered all the same; of anything else a
    person has to be told.
    """
    known, about = await Recall(Registered), await Recall(About)
    if call.caller is None:
        call = replace_call(call, caller=await _ask_phone())
    if call.caller is None:
        await Say(Prompt("callback_no_number"))
    if known is not None:
        promised = None
        if call.caller is not None:
            promised = await Promise("callback", call.caller, call.id, WHY_CALLED_BACK, ticket=known.number)
        name = "callback_for_ticket" if isinstance(promised, Promised) else "ticket_opened"
        done = CallbackLeft(known.number, known.topic)
        return await tell_number(Prompt(name, number=known.number), done, Prompt("number_offer"))
    in_danger = about is not None and about.topic == DANGER
    if call.caller is None and not in_danger:
        return NeedsPerson("hidden number, nobody could call back")
    topic = DANGER if in_danger else "callback"
    return await register(call, topic=topic, text="nobody answered", nobody_answered=True, urgent=in_danger)


async def _ask_phone() -> str | None:
    """A number to call back, keyed or dictated, and read back; ``None`` when there is none."""
    question = Prompt("callback_ask_phone")
    keyed = await ask_digits(
        question, usual=PHONE_USUAL_DIGITS, most=PHONE_MOST_DIGITS, no_input=[], no_match=[question]
    )
    phone = normalise_phone(keyed) if isinstance(keyed, str) else ""
    if not phone:
        return None
    back = Prompt("callback_phone_back", phone=phone.removeprefix("+7"))
    return phone if await ask_yes_no(back, no_match=[back]) is True else None
