"""Nobody has answered: somebody is to call back. What the call has registered already is not registered again."""

from __future__ import annotations

from ivr.call.errands import Promise, Promised
from ivr.call.memory import About, Recall, Registered
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.verbs import Say
from robot.outcomes import CallbackLeft
from robot.registering import WHY_CALLED_BACK, register, tell_number

DANGER = "danger"


async def callback(call: Call) -> Outcome:
    """Promise to call back, tell the number of the ticket.

    A hidden number cannot be called back: its danger is registered all the same, else a person is needed.
    """
    known, about = await Recall(Registered), await Recall(About)
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
