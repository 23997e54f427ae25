"""Accounts, tickets and requests by keys, on the real Asterisk."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from callers import Telephone
from hearing import find
from own_grid import LIT, PLANNED, UNKNOWN, sentence
from stage import MUSIC, UNLIKE, Call, Scenes, Stage, assert_heard, likeness, scene

from ivr.app import open_house
from ivr.call.errands import FindTicket, Ticket
from ivr.call.model import LeftQueue, OutcomeClass, Prompt, Told
from ivr.call.verbs import Transfer
from ivr.store.tickets import StoredTicket
from robot.outcomes import Informed, Ticketed

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

NO_SUCH_ACCOUNT = "9999999999"
HAS_NO_ACCOUNT = "+79112223345"


def _asked_for_the_account(stage: Stage, number: str) -> tuple[Telephone, float]:
    """A caller who knows the menu, presses 1 ahead of it, and hears the question for the account; when it begins."""
    phone = stage.dialled(number)
    phone.press("1")
    return phone, phone.wait_heard(stage.first("account_ask"), 12)


@scene
def by_account(stage: Stage) -> Call:
    """An unknown number: account by keys, read back, 1, the sentence."""
    phone, at = _asked_for_the_account(stage, UNKNOWN)
    phone.press(PLANNED.account + "#", pause=0.12)
    read_back = Prompt("account_read_back", account=PLANNED.account)
    at = phone.wait_heard(stage.last(read_back), 25, after=at)
    phone.press("1")
    phone.wait_heard(stage.last(sentence(PLANNED, stage.laid_in_at)), 20, after=at)
    return stage.over(phone)


@scene
def wrong_account(stage: Stage) -> Call:
    """Three accounts that do not exist, then the operators' queue."""
    phone, at = _asked_for_the_account(stage, HAS_NO_ACCOUNT)
    for heard_then in ("account_not_found", "account_not_found", "account_no_luck"):
        phone.press(NO_SUCH_ACCOUNT + "#", pause=0.12)
        at = phone.wait_heard(stage.first(Prompt("account_read_back", account=NO_SUCH_ACCOUNT)), 8, after=at)
        phone.press("1")
        at = phone.wait_heard(stage.first(heard_then), 8, after=at)
    phone.wait_heard(MUSIC, 12, after=at)
    return stage.over(phone)


@dataclass(frozen=True)
class Registered:
    """A call that registered an обращение, the call that asked for it, and what the database has."""

    opening: Call
    asking: Call
    ticket: StoredTicket


@scene
def ticket(stage: Stage) -> Registered:
    """No outage known: 1, a ticket, its number; then a call about that number."""
    phone = stage.dialled(LIT.phone)
    phone.press("1")
    at = phone.wait_heard(stage.first("register_here"), 15)
    phone.press("12")  # and at the neighbours' too
    phone.wait_heard(stage.first("ticket_offer"), 25, after=at)
    opening = stage.over(phone)
    with open_house(stage.line.settings) as house:
        (stored,) = [each for each in house.store.tickets.all() if each.phone == LIT.phone]

    phone = stage.dialled(LIT.phone)
    phone.press("54")
    at = phone.wait_heard(stage.first("request_ask"), 12)
    phone.press(f"{stored.number}#", pause=0.12)
    phone.wait_heard(stage.first("request_offer"), 25, after=at)
    return Registered(opening, stage.over(phone), stored)


def test_an_unknown_number_keys_its_account_and_hears_that_address(scenes: Scenes) -> None:
    call = scenes(by_account)
    told = sentence(PLANNED, call.stage.laid_in_at, named=True)
    assert_heard(call.sound, call.stage.clips(Prompt("account_read_back", account=PLANNED.account)))
    assert_heard(call.sound, call.stage.clips(told))
    assert call.row.kind is OutcomeClass.SERVED
    assert call.row.point == PLANNED.account
    assert call.record.outcome == Informed("planned", f"list:{PLANNED.account}", told.values["until"])


def test_another_account_is_not_read_back(scenes: Scenes) -> None:
    call = scenes(by_account)
    own = call.stage.clips(Prompt("account_read_back", account=PLANNED.account))
    other = call.stage.clips(Prompt("account_read_back", account="4678912345"))
    assert likeness(call.sound, other, but=own) < UNLIKE


def test_a_wrong_account_three_times_leads_to_the_operators(scenes: Scenes) -> None:
    call = scenes(wrong_account)
    assert find(call.sound, call.stage.first("account_no_luck")).score > 0.9
    assert call.row.kind is OutcomeClass.LEFT_QUEUE
    assert call.record.outcome == LeftQueue("operators")
    (transfer,) = [entry.verb for entry in call.record.entries if isinstance(entry.verb, Transfer)]
    assert dict(transfer.context)["why"] == "account not found"


def test_a_ticket_is_opened_and_its_number_is_spoken(scenes: Scenes) -> None:
    opening, number = scenes(ticket).opening, scenes(ticket).ticket.number
    own = opening.stage.clips(Prompt("ticket_opened", number=number))
    assert_heard(opening.sound, own)
    other = opening.stage.clips(Prompt("ticket_opened", number=number + 246_802))
    assert likeness(opening.sound, other, but=own) < UNLIKE
    assert opening.record.outcome == Ticketed(number, "no_power")
    assert opening.row.kind is OutcomeClass.SERVED
    stored = scenes(ticket).ticket
    assert (stored.point, stored.state, stored.call) == (LIT.account, "open", opening.record.call.id)


def test_my_request_tells_the_state_of_the_ticket(scenes: Scenes) -> None:
    asking, stored = scenes(ticket).asking, scenes(ticket).ticket
    state = Prompt("request_open", number=stored.number, opened=stored.opened_at)
    assert_heard(asking.sound, asking.stage.clips(state))
    assert asking.record.outcome == Told("request")
    (found,) = [entry.value for entry in asking.record.entries if isinstance(entry.verb, FindTicket)]
    assert isinstance(found, Ticket)
    assert found.number == stored.number


def test_a_key_typed_ahead_is_kept_and_the_menu_is_not_said(scenes: Scenes) -> None:
    call = scenes(by_account)
    heard = [*call.stage.clips("recording_notice"), *call.stage.clips("account_ask")[:1]]
    assert_heard(call.sound, heard)
    assert find(call.sound, call.stage.first("menu_main")).score < UNLIKE
