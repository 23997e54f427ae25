"""``KeepConsent``: written in the store's own thread; a consent is on the disk before anything is done by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from ivr.call.errands import Consent, KeepConsent, NotHeard
from ivr.call.model import Prompt
from ivr.doing.words import Words
from ivr.store import Store


def keep_consent(
    store: Store, clock: Callable[[], datetime], words: Words
) -> Callable[[KeepConsent], Awaitable[Consent | NotHeard]]:
    """The handler. It raises ``StoreBusy`` and ``PromptError``, which the runner turns into ``Unavailable``.

    The words that are kept are those that the call really heard, and without any there is no consent; where the call is
    not known here (a rehearsal), those of the script, and at last those that the prompt has now.
    """

    async def do(errand: KeepConsent) -> Consent | NotHeard:
        text = words.heard(errand.call_id, errand.prompt)
        if text is None:
            text = errand.text or words(Prompt(errand.prompt))
        elif not text:
            return NotHeard()
        how = errand.how or words.answered(errand.call_id)
        return await store.in_thread(store.consents.give, replace(errand, text=text, how=how), now=clock())

    return do
