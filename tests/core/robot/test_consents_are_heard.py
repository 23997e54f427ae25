"""A key that comes before an offer takes it only once it has been heard: nobody agrees to what they do not know."""

from typing import Any

import pytest

from ivr.call.errands import Consent, KeepConsent, NotHeard, Promise, SendSms
from ivr.call.model import Digits, NoInput
from ivr.call.verbs import Ask
from outage_feed.model import Kind
from robot.topics.no_power import no_power
from tests.core.robot.test_no_power import run
from tests.core.robot.world import NOW, PHONE, errands, outage, point

SILENT = NoInput()
ONE, THREE = Digits("1"), Digits("3")


def hasty(consent: str, **changes: Any) -> dict[type, Any]:
    """A world in which the first consent of this kind was given before the question was heard."""
    world = errands([point()], [outage(**changes)])
    tried: list[str] = []

    def keep(errand: KeepConsent) -> Consent | NotHeard:
        tried.append(errand.kind)
        if errand.kind == consent and tried.count(consent) == 1:
            return NotHeard()
        return Consent(len(tried), errand.kind, PHONE, "c1", "v1", NOW)

    world[KeepConsent] = keep
    return world


@pytest.mark.parametrize(
    ("kind", "offer", "changes", "then"),
    [
        ("sms", "outage_offer_sms", {}, SendSms),
        ("callback", "outage_offer_call", {"kind": Kind.EMERGENCY, "planned_end": None}, Promise),
    ],
)
def test_an_offer_that_was_taken_unheard_is_made_aloud(
    kind: str, offer: str, changes: dict[str, Any], then: type
) -> None:
    done = run(no_power, THREE, THREE, SILENT, world=hasty(kind, **changes))
    asked = [verb for verb in done.of(Ask) if verb.prompt.name == offer]
    assert [verb.flush for verb in asked] == [False, True], "what was keyed ahead does not answer it again"
    assert len(done.of(then)) == 1
    assert sum(name.startswith("outage_") and name != offer for name in done.names[:3]) == 1, "the time is said once"


def test_an_offer_that_was_taken_unheard_may_be_refused_once_it_is_heard() -> None:
    done = run(no_power, THREE, SILENT, world=hasty("sms"))
    assert not done.of(SendSms)


def test_notices_are_asked_about_aloud_before_they_are_promised() -> None:
    done = run(no_power, THREE, ONE, ONE, world=hasty("outage_notices"))
    assert done.names.count("outage_offer_notices") == 2
    assert [verb.kind for verb in done.of(Promise)] == ["outage_notices"]
