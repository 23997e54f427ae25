"""``FindConsent``: has this phone given its leave already?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ivr.call.errands import Consent, FindConsent, NoConsent
from ivr.store import Store


def find_consent(store: Store) -> Callable[[FindConsent], Awaitable[Consent | NoConsent]]:
    """The handler. It raises ``StoreBusy``, which the runner turns into ``Unavailable``."""

    async def do(errand: FindConsent) -> Consent | NoConsent:
        return await store.in_thread(store.consents.of, errand.phone, errand.kind) or NoConsent()

    return do
