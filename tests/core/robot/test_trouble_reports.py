"""Who is in the dark without an explanation is reported, and hears of neighbours who have called before."""

from datetime import timedelta

import pytest

from ivr.call.errands import OpenTicket, Unavailable
from ivr.call.model import Digits, NoInput
from outage_feed.clusters import Probable, Reach
from robot.errands import ReportTrouble
from robot.outcomes import Ticketed
from robot.topics.no_power import no_power
from tests.core.robot.test_no_power import run
from tests.core.robot.world import CALL, HIDDEN, NOW, PHONE, errands, outage, point

HOUR = timedelta(hours=1)
KNOWN = Probable(7, Reach.STREET, "46", "г. Курск, ул. Ленина", 3, NOW - HOUR, NOW, NOW + HOUR)


@pytest.mark.parametrize(("far", "alone"), [("1", True), ("2", False), ("3", False)])
def test_a_ticket_without_an_explanation_is_reported(far: str, alone: bool) -> None:
    done = run(no_power, Digits("1"), NoInput(), far=Digits(far))
    (reported,) = done.of(ReportTrouble)
    assert reported == ReportTrouble(point(), CALL.id, PHONE, alone)


def test_whoever_is_told_a_time_is_not_reported() -> None:
    done = run(no_power, NoInput(), world=errands([point()], [outage()]))
    assert not done.of(ReportTrouble)


def test_neighbours_have_called_and_nothing_more_is_claimed_or_asked() -> None:
    done = run(no_power, Digits("1"), NoInput(), world=errands([point()], probable=KNOWN))
    assert done.names == ["outage_reported_street", "register_here", "ticket_opened", "ticket_offer"]
    (opened,) = done.of(OpenTicket)
    assert opened.text == "no power; no outage is known; neighbours too; probable outage 7"
    assert isinstance(done.outcome, Ticketed)


def test_it_is_said_of_the_caller_s_own_street_only_where_that_is_so() -> None:
    fed = Probable(7, Reach.NETWORK, "46", "ТП-5 (г. Курск)", 3, NOW - HOUR, NOW, NOW + HOUR)
    assert (
        run(no_power, Digits("1"), NoInput(), world=errands([point()], probable=fed)).names[0] == "outage_reported_near"
    )


def test_a_report_that_cannot_be_kept_costs_no_ticket() -> None:
    world = errands([point()]) | {ReportTrouble: lambda _: Unavailable("locked")}
    done = run(no_power, Digits("1"), NoInput(), world=world)
    assert done.names[-2:] == ["ticket_opened", "ticket_offer"]


def test_a_hidden_number_is_reported_as_such() -> None:
    answers = (Digits("4600123456"), Digits("1"), NoInput())
    done = run(no_power, *answers, call=HIDDEN)
    (reported,) = done.of(ReportTrouble)
    assert reported.phone is None
