"""SendSms: by a consent that holds, never twice, and what became of it is written down."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from records import MOSCOW, NOON

from ivr.call.errands import Consent, KeepConsent, SendSms, Sent, Unavailable
from ivr.call.model import TRIAL, Prompt
from ivr.doing.send_sms import send_sms
from ivr.errors import SmsFailed
from ivr.ports import TextMessage
from ivr.sms import Gateways
from ivr.store import Store

PHONE = "+79001231234"
TEXT = Prompt("sms_time", hour=5)
LATER = NOON + timedelta(minutes=5)
Send = Callable[[SendSms], Awaitable[Sent | Unavailable]]


@dataclass
class FakeGateway:
    """Takes what it is given, unless it is told to fail."""

    failing: str = ""
    taken: list[TextMessage] = field(default_factory=list)

    async def send(self, message: TextMessage) -> None:
        if self.failing:
            raise SmsFailed(self.failing)
        self.taken.append(message)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ivr.db", tz=MOSCOW)
    yield opened
    opened.close()


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def trial() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def consent(store: Store) -> Consent:
    return store.consents.give(KeepConsent("sms", PHONE, "c1", "offer_sms", "Прислать?"), now=NOON)


@pytest.fixture
def send(store: Store, gateway: FakeGateway, trial: FakeGateway) -> Send:
    def words(prompt: Prompt) -> str:
        return f"Свет дадут к {prompt.values['hour']}:00."

    return send_sms(store, lambda: NOON, words, Gateways(gateway, trial))


async def test_a_message_is_sent_and_written_down(
    store: Store, gateway: FakeGateway, consent: Consent, send: Send
) -> None:
    sent = await send(SendSms(consent, TEXT))
    assert isinstance(sent, Sent)
    assert gateway.taken == [TextMessage(sent.id, PHONE, "Свет дадут к 5:00.")]
    (kept,) = store.sms.of_call("c1")
    assert (kept.id, kept.phone, kept.consent, kept.state, kept.at, kept.error) == (
        sent.id,
        PHONE,
        consent.id,
        "sent",
        NOON,
        "",
    )


async def test_nothing_is_sent_without_a_consent_that_holds(
    store: Store, gateway: FakeGateway, consent: Consent, send: Send
) -> None:
    store.consents.give(KeepConsent("survey", PHONE, "c1", "offer", "Опрос?"), now=NOON)
    survey = store.consents.of(PHONE, "survey")
    assert survey is not None
    forged = [
        survey,
        replace(survey, kind="sms"),
        replace(consent, id=77),
        replace(consent, phone="+79007654321"),
    ]
    for other in forged:
        assert isinstance(await send(SendSms(other, TEXT)), Unavailable)
    store.consents.withdraw(PHONE, "sms", now=LATER, who="me")
    assert await send(SendSms(consent, TEXT)) == Unavailable("no valid consent to SMS")
    assert gateway.taken == []
    assert store.sms.of_call("c1") == ()


async def test_trying_again_never_sends_twice(store: Store, gateway: FakeGateway, consent: Consent, send: Send) -> None:
    first = await send(SendSms(consent, TEXT))
    assert await send(SendSms(consent, TEXT)) == first
    assert await send(SendSms(consent, TEXT, "c1")) == first
    assert len(gateway.taken) == 1
    assert isinstance(await send(SendSms(consent, Prompt("sms_time", hour=9))), Sent)
    assert isinstance(await send(SendSms(consent, TEXT, "c2")), Sent)
    assert len(gateway.taken) == 3
    assert len({message.id for message in gateway.taken}) == 3
    assert [kept.call for kept in store.sms.of_call("c2")] == ["c2"]


async def test_what_failed_is_written_down_and_may_be_tried_again_under_the_same_id(
    store: Store, gateway: FakeGateway, consent: Consent, send: Send
) -> None:
    gateway.failing = "HTTP 500"
    with pytest.raises(SmsFailed, match="HTTP 500"):
        await send(SendSms(consent, TEXT))
    (kept,) = store.sms.of_call("c1")
    assert (kept.state, kept.error) == ("failed", "HTTP 500")
    gateway.failing = ""
    sent = await send(SendSms(consent, TEXT))
    assert isinstance(sent, Sent)
    assert sent.id == kept.id
    (kept,) = store.sms.of_call("c1")
    assert (kept.state, kept.error) == ("sent", "")


async def test_what_may_be_under_way_already_is_left_alone(
    store: Store, gateway: FakeGateway, consent: Consent, send: Send
) -> None:
    _, ours = store.sms.queue(consent, "Свет дадут к 5:00.", call="c1", now=NOON)
    assert ours
    assert isinstance(await send(SendSms(consent, TEXT)), Unavailable)
    assert gateway.taken == []


async def test_who_only_tries_it_out_sends_to_no_telephone(
    gateway: FakeGateway, trial: FakeGateway, consent: Consent, send: Send
) -> None:
    assert isinstance(await send(SendSms(consent, TEXT, f"{TRIAL}c5")), Sent)
    assert (len(gateway.taken), len(trial.taken)) == (0, 1)
