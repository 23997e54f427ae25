"""What a call's record says that the caller was told of an outage."""

from datetime import timedelta
from typing import Any

from ivr.call.errands import Consent, SendSms, Sent, Unavailable
from ivr.call.model import CallRecord, Digits, Entry, HungUp, NoInput, Prompt
from ivr.call.verbs import Ask, Say
from outage_feed.affecting import affecting
from outage_feed.telling import Found, telling
from robot.errands import FindOutages
from robot.outcomes import NothingToTell
from robot.told import tellings
from robot.wording import tell, tell_again
from tests.core.robot.world import CALL, NOW, PHONE, outage, point

UNTIL = outage().planned_end
TOLD = telling(Found(point(), affecting(point(), [outage()], NOW), NOW))
LOOKED_UP = (FindOutages(point()), Found(point(), affecting(point(), [outage()], NOW), NOW))
SENTENCE = tell(TOLD, point().address)
SMS = Prompt("sms_outage", place="ул. Ленина, 5", until=UNTIL, set_at=NOW)  # type: ignore[arg-type]
CONSENT = Consent(1, "sms", PHONE, CALL.id, "v1", NOW)


def record(*done: tuple[Any, Any], cut: bool = False) -> CallRecord:
    entries = tuple(Entry(n, 10.0 * n, 1.0, verb, value, cut=cut) for n, (verb, value) in enumerate(done))
    return CallRecord(CALL, "plan-1", NothingToTell(), NOW + timedelta(minutes=1), entries)


def how(of: CallRecord, outage_id: str = "o1") -> list[tuple[str, Any]]:
    return [(each.how, each.until) for each in tellings(of, outage_id)]


def test_a_sentence_its_short_form_and_an_sms_tell_a_time() -> None:
    (said,) = tellings(record(LOOKED_UP, (Say(SENTENCE), None)), "o1")
    assert (said.call_id, said.phone, said.place, said.what) == (CALL.id, PHONE, "ул. Ленина, 5", "planned")
    assert (said.at, said.until, said.how) == (NOW + timedelta(seconds=10), UNTIL, "said")
    again = tell_again(TOLD)  # type: ignore[arg-type]
    assert how(record(LOOKED_UP, (Ask(again), NoInput()))) == [("said", UNTIL)]
    assert how(record(LOOKED_UP, (SendSms(CONSENT, SMS), Sent("s1", NOW)))) == [("sms", UNTIL)]


def test_what_was_not_heard_whole_is_marked_and_what_was_not_sent_is_left_out() -> None:
    assert how(record(LOOKED_UP, (Say(SENTENCE), HungUp()))) == [("cut short", UNTIL)]
    assert how(record(LOOKED_UP, (Ask(SENTENCE), Digits("1")), cut=True)) == [("cut short", UNTIL)]
    assert how(record(LOOKED_UP, (SendSms(CONSENT, SMS), Unavailable("gateway")))) == []


def test_other_outages_and_other_sentences_are_left_out() -> None:
    assert how(record(LOOKED_UP, (Say(SENTENCE), None)), "o10") == []
    assert how(record(LOOKED_UP, (Say(Prompt("goodbye")), None))) == []
    assert how(record((Say(SENTENCE), None))) == [], "nothing was looked up: it was told by a person's announcement"
