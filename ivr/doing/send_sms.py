"""``SendSms``: the consent is looked up, the message written down, the gateway asked, and the end written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from ivr.call.errands import SendSms, Sent, Unavailable
from ivr.call.model import Prompt
from ivr.errors import SmsFailed
from ivr.masking import mask_phone
from ivr.ports import TextMessage
from ivr.sms import Gateways
from ivr.sms.segments import MOST_SEGMENTS, segments
from ivr.store import Store

log = structlog.get_logger(__name__)


def send_sms(
    store: Store, clock: Callable[[], datetime], words: Callable[[Prompt], str], gateways: Gateways
) -> Callable[[SendSms], Awaitable[Sent | Unavailable]]:
    """The handler. ``words`` puts the prompt into words.

    It raises ``StoreBusy``, ``SmsFailed`` and ``PromptError``, which the runner turns into ``Unavailable``.
    """

    async def do(errand: SendSms) -> Sent | Unavailable:
        consent = errand.consent
        if consent.kind != "sms" or not await store.in_thread(store.consents.holds, consent):
            log.warning("SMS refused, no consent", consent=consent.id, to=mask_phone(consent.phone))
            return Unavailable("no valid consent to SMS")
        text = words(errand.text_prompt)
        if segments(text) > MOST_SEGMENTS:  # what it says matters more to the caller than what it costs
            log.warning("long SMS", prompt=errand.text_prompt.name, segments=segments(text))
        call = errand.call_id or consent.call_id
        queued, ours = await store.in_thread(store.sms.queue, consent, text, call=call, now=clock())
        if not ours:
            return Sent(queued.id, queued.at) if queued.state == "sent" else Unavailable("it is being sent already")
        try:
            await gateways.of(call).send(TextMessage(queued.id, queued.phone, queued.text))
        except SmsFailed as failure:
            await store.in_thread(store.sms.failed, queued.id, str(failure), now=clock())
            raise
        now = clock()
        await store.in_thread(store.sms.sent, queued.id, now=now)
        return Sent(queued.id, now)

    return do
