"""The deciding code of campaigns: hours, zones, budget, spacing, stop list, consent, deadline. Properties first."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.campaigns.forecast import STEP, forecast
from ivr.campaigns.model import FINAL, OURS, TOLD, Exempt, Kind, Outcome, Rules, check_exemptions
from ivr.campaigns.outcomes import OF_CAUSE, answered, unanswered
from ivr.campaigns.plan import Later, Never, Now, Standing, Tried, Until, Why, next_attempt
from ivr.campaigns.recovery import Over, Seen, Step, StillOn, settled
from ivr.campaigns.windows import Window, is_open, next_open
from ivr.campaigns.zones import _BY_CODE, is_zone, zones_of_region

MOSCOW = ("Europe/Moscow",)
YAKUTIA = ("Asia/Yakutsk", "Asia/Vladivostok", "Asia/Srednekolymsk")
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("Europe/Moscow"))
RETRIED = sorted(set(Outcome) - FINAL - {Outcome.NOT_DIALLED})

zones = st.sampled_from([MOSCOW, ("Asia/Kamchatka",), ("Europe/Kaliningrad",), ("Asia/Omsk",), YAKUTIA, ()])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
windows = st.builds(
    lambda opens, hours, days: Window(time(opens), time(min(23, opens + hours)), days),
    st.integers(0, 22),
    st.integers(1, 23),
    st.frozensets(st.integers(0, 6), min_size=1),
)
rules_of = st.builds(
    Rules,
    windows,
    st.integers(1, 5),
    st.integers(1, 5),
    not_before=st.none() | st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 31), timezones=st.just(UTC)),
    deadline=st.none() | moments,
)
standings = st.builds(
    Standing,
    zones,
    st.lists(st.builds(Tried, moments, st.sampled_from(Outcome)), max_size=6).map(
        lambda tried: tuple(sorted(tried, key=lambda each: each.at))
    ),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@given(standings, rules_of, moments)
def test_nobody_is_called_against_any_rule(standing: Standing, rules: Rules, now: datetime) -> None:
    if next_attempt(standing, rules, now) != Now():
        return
    assert standing.allowed
    assert not standing.stopped
    assert not standing.in_flight
    assert standing.zones
    for zone in standing.zones:
        local = now.astimezone(ZoneInfo(zone))
        assert rules.window.opens <= local.time() < rules.window.closes
        assert local.weekday() in rules.window.days
    outcomes = [tried.outcome for tried in standing.tried if tried.outcome is not Outcome.NOT_DIALLED]
    assert not FINAL & set(outcomes)
    assert sum(outcome not in OURS for outcome in outcomes) < rules.attempts
    assert rules.deadline is None or now < rules.deadline
    made = [tried for tried in standing.tried if tried.outcome is not Outcome.NOT_DIALLED]
    assert not made or now >= made[-1].at + rules.spacing_after(made[-1].outcome)


@given(standings, rules_of, moments)
def test_later_is_later_and_then_it_is_now(standing: Standing, rules: Rules, now: datetime) -> None:
    decision = next_attempt(standing, rules, now)
    if isinstance(decision, Later):
        assert decision.at > now
        if decision.until is not Until.ELSEWHERE:
            assert next_attempt(standing, rules, decision.at) == Now()


@given(windows, zones, moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    window: Window, where: tuple[str, ...], now: datetime
) -> None:
    at = next_open(window, where, now)
    if at is None:
        assert not where or len(where) > 1  # only several zones can have no hour in common
        return
    assert is_open(window, where, at)
    moment = now
    while moment < at:
        assert not is_open(window, where, moment)
        moment += timedelta(minutes=30)


def test_an_unknown_zone_is_never_called_unless_the_hours_are_set_aside() -> None:
    nowhere = Standing((), allowed=True)
    assert next_attempt(nowhere, Rules(), NOON) == Never(Why.NO_ZONE)
    freed = Rules(exempt=frozenset({Exempt.HOURS}), approver="главный инженер Петров")
    assert next_attempt(nowhere, freed, NOON) == Now()


def test_the_contacts_own_clock_counts() -> None:
    evening = NOON.replace(hour=8, minute=59)
    assert next_attempt(Standing(MOSCOW, allowed=True), Rules(), evening) == Later(NOON.replace(hour=9), Until.HOURS)
    assert next_attempt(Standing(("Asia/Kamchatka",), allowed=True), Rules(), evening) == Now()  # 17:59 there
    kamchatka_at_nine = NOON.replace(hour=0) + timedelta(days=1)
    assert next_attempt(Standing(("Asia/Kamchatka",), allowed=True), Rules(), NOON) == Later(
        kamchatka_at_nine, Until.HOURS
    )


def test_a_region_with_several_clocks_is_called_when_all_of_them_allow_it() -> None:
    assert zones_of_region("14") == YAKUTIA
    eleven_to_noon = Window(time(11), time(12))
    assert next_open(eleven_to_noon, YAKUTIA, NOON) is None
    assert next_attempt(Standing(YAKUTIA, allowed=True), Rules(eleven_to_noon), NOON) == Never(Why.NO_ZONE)
    assert is_open(Window(), YAKUTIA, datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Asia/Yakutsk")))
    assert not is_open(Window(), YAKUTIA, datetime(2026, 11, 25, 18, tzinfo=ZoneInfo("Asia/Yakutsk")))


@pytest.mark.parametrize("outcome", RETRIED)
def test_spacing_and_one_budget_for_all_outcomes(outcome: Outcome) -> None:
    rules = Rules(attempts=2, faults=2)
    once = Standing(MOSCOW, (Tried(NOON, outcome),), allowed=True)
    gap = rules.spacing_after(outcome)
    assert gap > timedelta()
    assert next_attempt(once, rules, NOON + gap - timedelta(seconds=1)) == Later(NOON + gap, Until.SPACING)
    assert next_attempt(once, rules, NOON + gap) == Now()
    twice = Standing(MOSCOW, (Tried(NOON, outcome), Tried(NOON, outcome)), allowed=True)
    assert next_attempt(twice, rules, NOON) == Never(Why.FAULTS if outcome in OURS else Why.BUDGET)


def test_failures_of_the_line_do_not_use_up_the_contacts_budget() -> None:
    tried = (*[Tried(NOON, Outcome.CONGESTION)] * 5, Tried(NOON, Outcome.BUSY))
    assert next_attempt(Standing(MOSCOW, tried, allowed=True), Rules(attempts=2), NOON + timedelta(hours=1)) == Now()


def test_an_attempt_that_was_never_dialled_counts_as_nothing() -> None:
    given_back = Standing(MOSCOW, (Tried(NOON, Outcome.NOT_DIALLED),) * 9, allowed=True)
    assert next_attempt(given_back, Rules(attempts=1), NOON) == Now()


@pytest.mark.parametrize("outcome", sorted(TOLD))
def test_who_was_told_is_not_called_again_by_any_campaign(outcome: Outcome) -> None:
    assert next_attempt(Standing(MOSCOW, (Tried(NOON, outcome),), allowed=True), Rules(attempts=9), NOON) == Never(
        Why.TOLD
    )


def test_the_deadline_holds_for_the_hour_of_the_call_itself() -> None:
    rules = Rules(deadline=NOON + timedelta(hours=9))
    late = NOON.replace(hour=20, minute=30)
    assert next_attempt(Standing(MOSCOW, allowed=True), rules, late) == Never(Why.DEADLINE)  # 9:00 is after it


def test_only_a_named_person_sets_rules_aside_and_only_where_it_may_be() -> None:
    with pytest.raises(ValueError, match="needs the name"):
        Rules(exempt=frozenset({Exempt.STOP_LIST}))
    with pytest.raises(ValueError, match="needs the name"):
        Rules(exempt=frozenset({Exempt.STOP_LIST}), approver="  ")
    everything = Rules(exempt=frozenset(Exempt), approver="Петров")
    check_exemptions(Kind.WEATHER, everything)
    for kind in set(Kind) - {Kind.WEATHER}:
        with pytest.raises(ValueError, match="cannot be set aside"):
            check_exemptions(kind, everything)
    stopped = Standing((), stopped=True)
    assert next_attempt(stopped, everything, NOON.replace(hour=3)) == Now()
    assert next_attempt(stopped, Rules(), NOON) == Never(Why.STOP_LIST)


def test_rules_that_contradict_themselves() -> None:
    for wrong in ({"attempts": 0}, {"calls_per_minute": 0}, {"not_before": NOON, "deadline": NOON}):
        with pytest.raises(ValueError, match=r"."):
            Rules(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="open before they close"):
        Window(time(20), time(9))
    with pytest.raises(ValueError, match="at least one day"):
        Window(days=frozenset())


def test_every_region_has_zones_that_exist() -> None:
    assert len(_BY_CODE) == 85
    assert all(is_zone(zone) for found in _BY_CODE.values() for zone in found)
    for code in ("31", "32", "36", "44", "46", "48", "57", "67", "68", "69", "76"):  # the served ones: DOMAIN section 1
        assert zones_of_region(code) == MOSCOW
    assert zones_of_region("Воронежская обл.") == zones_of_region("36")
    assert zones_of_region("1") == MOSCOW
    assert zones_of_region("г. Севастополь") == ("Europe/Simferopol",)
    assert zones_of_region("Республика Алтай") == ("Asia/Barnaul",)
    assert zones_of_region("Ханты-Мансийский автономный округ") == ("Asia/Yekaterinburg",)
    assert zones_of_region("Республика Саха (Якутия)") == YAKUTIA
    assert zones_of_region("Республика Северная Осетия - Алания") == MOSCOW
    assert zones_of_region("Кемеровская область - Кузбасс") == ("Asia/Novokuznetsk",)
    for unknown in ("", "00", "²", "Северная", "Atlantis", "область"):
        assert zones_of_region(unknown) == ()
    assert not is_zone("Europe/Grad Kitezh")
    assert not is_zone("../etc/passwd")


def test_outcomes_have_names() -> None:
    assert unanswered("BUSY", 17) is Outcome.BUSY
    assert unanswered("CHANUNAVAIL", 20) is Outcome.SWITCHED_OFF
    assert unanswered("CHANUNAVAIL", 1) is Outcome.WRONG_NUMBER
    assert unanswered("noanswer", None) is Outcome.NO_ANSWER
    assert unanswered("NOANSWER", 16) is Outcome.NO_ANSWER  # normal clearing says nothing: the status does
    assert unanswered("CONGESTION", 34) is Outcome.CONGESTION
    assert unanswered("", None) is Outcome.FAILED
    assert unanswered("CHANUNAVAIL", 999) is Outcome.FAILED
    with pytest.raises(ValueError, match="of its talk"):
        unanswered("ANSWER", 16)
    assert not TOLD & set(OF_CAUSE.values())


def test_outcomes_of_talks() -> None:
    def talk(*, heard: bool = False, replied: bool = False, out: bool = False, machine: bool = False) -> Outcome:
        return answered(heard_whole=heard, replied=replied, opted_out=out, machine=machine)

    assert talk(heard=True) is Outcome.HEARD
    assert talk() is Outcome.HUNG_UP
    assert talk(replied=True) is Outcome.REPLIED
    assert talk(heard=True, replied=True, out=True) is Outcome.OPTED_OUT
    assert talk(heard=True, machine=True) is Outcome.MESSAGE_LEFT
    assert talk(replied=True, machine=True) is Outcome.MACHINE


def test_what_becomes_of_attempts_after_a_crash() -> None:
    assert settled(Step.CLAIMED, Seen()) == Over(Outcome.NOT_DIALLED)
    for step in (Step.DIALLING, Step.ANSWERED):
        assert settled(step, Seen()) == Over(Outcome.IN_DOUBT)
        assert settled(step, Seen(alive=True)) == StillOn()
        assert settled(step, Seen(recorded=Outcome.BUSY)) == Over(Outcome.BUSY)
    with pytest.raises(ValueError, match="settled"):
        settled(Step.CLOSED, Seen())


def test_the_forecast_knows_the_hours_and_the_pace() -> None:
    rules = Rules(calls_per_minute=60, deadline=NOON + timedelta(hours=2))
    soon = forecast({MOSCOW: 3600}, rules, NOON)
    assert (soon.end, soon.late, soon.contacts) == (NOON + timedelta(hours=1), False, 3600)
    late = forecast({MOSCOW: 10_000}, rules, NOON)
    assert (late.late, late.called_in_time) == (True, 7200)
    night = forecast({MOSCOW: 60}, Rules(), NOON.replace(hour=21))
    assert night.end == NOON.replace(hour=9) + timedelta(days=1) + STEP
    assert forecast({MOSCOW: 10_000_000}, Rules(), NOON).end is None
    assert forecast({(): 5, MOSCOW: 0}, Rules(), NOON).contacts == 0
    twice = forecast({MOSCOW: 3600}, Rules(), NOON, calls_each=2)
    assert twice.end == NOON + timedelta(hours=2)
    both = forecast({MOSCOW: 300, ("Asia/Kamchatka",): 300}, Rules(), NOON)
    assert both.end == NOON.replace(hour=0) + timedelta(days=1) + STEP  # Kamchatka's nine o'clock


@given(st.dictionaries(zones, st.integers(0, 5000), max_size=4), st.none() | moments, moments, st.integers(1, 600))
def test_a_forecast_counts_everybody(
    waiting: dict[tuple[str, ...], int], deadline: datetime | None, now: datetime, pace: int
) -> None:
    found = forecast(waiting, Rules(deadline=deadline, calls_per_minute=pace), now)
    assert found.contacts == sum(count for where, count in waiting.items() if where)
    assert 0 <= found.called_in_time <= found.contacts
    if deadline is None and found.end is not None:
        assert not found.late
    if found.end is not None and deadline is not None and found.end <= deadline:
        assert not found.late
