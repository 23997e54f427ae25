"""Whole calls as transcripts: ``tests/conversations/*.yaml`` → facts of the call, the world around it, and its lines.

Knows nothing of who runs the call: the script alone, the runner over fake wires, or a real Asterisk. Times in a
conversation are ``16:30`` (of its day), ``-2h``, ``+45m``, ``-1h30m`` or ``+1d`` from its ``at``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ivr.call.errands import (
    Announcement,
    Consent,
    CurrentAnnouncement,
    FindConsent,
    FindTicket,
    KeepConsent,
    NoAnnouncement,
    NoConsent,
    NoTicket,
    Now,
    OpenTicket,
    Promise,
    Promised,
    SendSms,
    Sent,
    Ticket,
    Unavailable,
)
from ivr.call.last_place import FindLastPlace, KeepLastPlace, LastPlace
from ivr.call.model import Call, OutcomeClass, Prompt
from ivr.channels.scenario import HangsUp, IsSilent, Line, NobodyAnswers, OperatorTalks, Presses, RobotSays, Speaks
from ivr.prompts import PromptBook
from outage_feed.affecting import affecting
from outage_feed.clusters import USUAL_RULE, Probable, Report, clusters, keys_of
from outage_feed.feeds import FeedState
from outage_feed.freetext import parse_area
from outage_feed.model import MOSCOW, Kind, Outage, ServicePoint
from outage_feed.names import parse_settlement
from outage_feed.register import read_point
from outage_feed.store import GridStore
from outage_feed.telling import Found
from outage_feed.troubles import Troubles
from robot.errands import FindOutages, FindServicePoints, Points, ReportTrouble, TroubleNoted, UnderstandAddress
from robot.understanding.address import understand_address
from robot.understanding.spoken_places import places_of

FOLDER = Path(__file__).parent / "conversations"
LINE = "88002200220"
SOURCE = "list"
STALE_AFTER = timedelta(minutes=30)


class BadConversation(Exception):
    """A conversation cannot be read; the message names its file and line."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OutageFacts(Part):
    """``where`` as a feed would word it; ``kind`` planned, emergency or unknown; without ``until`` no end is known."""

    where: str
    kind: Kind = Kind.PLANNED
    since: str = "-2h"
    until: str | None = None
    told: str = "-1h"
    restored: str | None = None


class TicketFacts(Part):
    number: int
    state: str = "open"
    topic: str = "no_power"
    opened: str = "-1d"
    phone: str | None = None
    point: str | None = None


class ReportFacts(Part):
    point: str
    phone: str
    at: str = "-10m"
    alone: bool = False


def _listed(value: object) -> object:
    return value.split() if isinstance(value, str) else value


class Facts(Part):
    """The head of a conversation's file."""

    title: str
    at: str = "2026-11-25 10:17"
    """A Wednesday."""
    caller: str = "+79001234567"
    """Or ``hidden``."""
    dialled: str = LINE
    diversion: str | None = None
    region: str = "46"
    settlement: str = "г. Курск"
    points: tuple[dict[str, str], ...] = ()
    """Rows of the register; region and settlement are those above if they say nothing else."""
    outages: tuple[OutageFacts, ...] = ()
    reports: tuple[ReportFacts, ...] = ()
    """Who has reported before that it is dark at a point, while no list tells why."""
    feed: str | None = "-5m"
    """When the list was last read; ``never``."""
    tickets: tuple[TicketFacts, ...] = ()
    announcement: str | None = None
    broken: Annotated[frozenset[str], BeforeValidator(_listed)] = frozenset()
    """What cannot be looked up: points, outages, tickets."""
    consents: Annotated[frozenset[str], BeforeValidator(_listed)] = frozenset()
    """What the caller has agreed to in an earlier call: outage_notices, sms …"""
    ends: OutcomeClass
    outcome: str = ""
    """The outcome's class, ``Informed``, where that matters."""
    opens: int | None = None
    """The number of the ticket that the call has opened or joined."""
    branch: str | None = None
    res: str | None = None
    """What the call's numbers tell, where that matters."""
    talks: bool = False
    """The caller may speak: the robot's wordings are those for talking, and words are understood."""
    last_place: str = ""
    """The id of the point that the telephone's last call was about."""
    real: bool = Field(False)
    """Worth being run on the real Asterisk too."""


@dataclass(frozen=True)
class World:
    """Everything around the call at one moment."""

    now: datetime
    points: tuple[ServicePoint, ...]
    outages: tuple[Outage, ...]
    feed_read: datetime | None
    tickets: tuple[tuple[TicketFacts, Ticket], ...]
    announcement: str | None
    broken: frozenset[str]
    consents: frozenset[str]
    first_ticket: int
    last_place: str = ""
    reports: tuple[Report, ...] = ()

    def feed(self) -> FeedState:
        return FeedState(
            SOURCE, format="json", stale_after=STALE_AFTER, last_attempt=self.now, last_success=self.feed_read
        )

    def answers(self) -> dict[type, Any]:
        """The errands' answers by the grid's own rules, without any database."""
        opened: list[tuple[OpenTicket, Ticket]] = []

        def find_points(errand: FindServicePoints) -> Points | Unavailable:
            if "points" in self.broken:
                return Unavailable("broken")
            if errand.phone is not None:
                return Points(tuple(point for point in self.points if errand.phone in point.phones))
            if errand.address is not None:
                at = replace(errand.address, flat="")
                return Points(tuple(point for point in self.points if replace(point.address, flat="") == at))
            if errand.id is not None:
                return Points(tuple(point for point in self.points if point.id == errand.id))
            return Points(tuple(point for point in self.points if point.account == errand.account))

        def find_outages(errand: FindOutages) -> Found | Unavailable:
            if "outages" in self.broken:
                return Unavailable("broken")
            stale = (SOURCE,) if self.feed().stale(self.now) else ()
            explanations = affecting(errand.point, self.outages, self.now)
            return Found(errand.point, explanations, self.now, self.feed_read, stale, self.probable_at(errand.point))

        def open_ticket(errand: OpenTicket) -> Ticket | Unavailable:
            if "tickets" in self.broken:
                return Unavailable("broken")
            known = [(each.point, each.phone, ticket) for each, ticket in self.tickets]
            known += [(each.point_id, each.phone, ticket) for each, ticket in opened]
            for point, phone, ticket in known:
                same = point == errand.point_id if point and errand.point_id else phone == errand.phone is not None
                if same and ticket.topic == errand.topic and ticket.state in ("open", "in_work"):
                    return replace(ticket, joined=True)
            ticket = Ticket(self.first_ticket + len(opened), self.now, errand.topic, "open")
            opened.append((errand, ticket))
            return ticket

        def find_ticket(errand: FindTicket) -> Ticket | NoTicket | Unavailable:
            if "tickets" in self.broken:
                return Unavailable("broken")
            known = [ticket for _, ticket in (*self.tickets, *opened)]
            return next((ticket for ticket in known if ticket.number == errand.number), NoTicket())

        def announced(_: CurrentAnnouncement) -> Announcement | NoAnnouncement:
            return Announcement(self.announcement, self.now) if self.announcement else NoAnnouncement()

        consents: list[Consent] = []

        def keep_consent(errand: KeepConsent) -> Consent | Unavailable:
            if "tickets" in self.broken:
                return Unavailable("broken")
            consents.append(Consent(1, errand.kind, errand.phone, errand.call_id, "v1", self.now))
            return consents[-1]

        def find_consent(errand: FindConsent) -> Consent | NoConsent:
            if errand.kind in self.consents:
                return Consent(9, errand.kind, errand.phone, "before", "v1", self.now)
            return NoConsent()

        def send_sms(errand: SendSms) -> Sent | Unavailable:
            known = errand.consent in consents and "sms" not in self.broken
            return Sent("s1", self.now) if known else Unavailable("broken")

        def understand(errand: UnderstandAddress) -> Any:
            if "points" in self.broken:
                return Unavailable("broken")
            return understand_address(errand.heard, places, errand.so_far, errand.hints)

        places = places_of(dict.fromkeys(replace(point.address, flat="") for point in self.points))
        return {
            KeepConsent: keep_consent,
            FindConsent: find_consent,
            SendSms: send_sms,
            Promise: lambda errand: Promised(1, errand.kind, errand.due),
            UnderstandAddress: understand,
            FindServicePoints: find_points,
            FindOutages: find_outages,
            ReportTrouble: lambda errand: TroubleNoted(1 if self.probable_at(errand.point) else 0),
            OpenTicket: open_ticket,
            FindTicket: find_ticket,
            CurrentAnnouncement: announced,
            Now: lambda _: self.now,
            FindLastPlace: lambda _: LastPlace(self.last_place),
            KeepLastPlace: lambda errand: LastPlace(errand.point),
        }

    def probable_at(self, point: ServicePoint) -> Probable | None:
        """What the reports make probable at a point; as the store would say."""
        keys = dict(keys_of(point))
        for number, each in enumerate(clusters(self.reports, USUAL_RULE, self.now), 1):
            if each.key in keys and each.house in ("", point.address.house):
                first, *_, last = sorted(report.at for report in each.reports)
                expires = last + USUAL_RULE.lasts
                return Probable(number, each.reach, point.region, "", len(each.reports), first, last, expires)
        return None

    def fill(self, grid: GridStore) -> None:
        """Put the points, the outages, what callers have reported and the feed's state into a real store."""
        grid.save_points(self.points)
        for report in self.reports:
            Troubles(grid).report(report)
        for outage in self.outages:
            grid.save(outage, self.now)
        grid.save_feed(self.feed())


@dataclass(frozen=True)
class Conversation:
    """A whole call, as it is expected to go."""

    file: str
    facts: Facts
    lines: tuple[Line | Prompt, ...]
    """A ``Prompt`` is a standing line, said as the book words it."""
    numbers: tuple[int, ...] = field(repr=False)
    """The line in the file of each of ``lines``."""

    @property
    def now(self) -> datetime:
        return datetime.strptime(self.facts.at, "%Y-%m-%d %H:%M").replace(tzinfo=MOSCOW)

    @property
    def call(self) -> Call:
        caller = None if self.facts.caller == "hidden" else self.facts.caller
        return Call(f"test-{self.file}", caller, self.facts.dialled, self.now, diversion=self.facts.diversion)

    @property
    def world(self) -> World:
        facts, now = self.facts, self.now
        rows = [{"region": facts.region, "settlement": facts.settlement, **row} for row in facts.points]
        points = tuple(read_point(row)[0] for row in rows)
        tickets = tuple(
            (each, Ticket(each.number, _moment(each.opened, now), each.topic, each.state)) for each in facts.tickets
        )
        return World(
            now,
            points,
            tuple(_outage(index, each, facts, now) for index, each in enumerate(facts.outages, 1)),
            None if facts.feed in (None, "never") else _moment(str(facts.feed), now),
            tickets,
            facts.announcement,
            facts.broken,
            facts.consents,
            max([100_000, *(ticket.number for _, ticket in tickets)]) + 1,
            facts.last_place,
            tuple(
                Report(_moment(each.at, now), next(point for point in points if point.id == each.point), f"r{number}",
                       each.phone, each.alone)
                for number, each in enumerate(facts.reports)
            ),
        )  # fmt: skip

    def spoken(self, book: PromptBook) -> tuple[Line, ...]:
        """The lines with the words of the standing ones put in."""
        return tuple(
            RobotSays(book.speak(line, self.now, talk=self.facts.talks).text, number)
            if isinstance(line, Prompt)
            else line
            for line, number in zip(self.lines, self.numbers, strict=True)
        )


def _outage(index: int, facts: OutageFacts, head: Facts, now: datetime) -> Outage:
    settlement = parse_settlement(head.settlement, region=head.region)
    return Outage(
        id=f"o{index}",
        source=SOURCE,
        start=_moment(facts.since, now),
        areas=(parse_area(settlement, facts.where),),
        text=facts.where,
        region=head.region,
        kind=facts.kind,
        planned_end=None if facts.until is None else _moment(facts.until, now),
        set_at=_moment(facts.told, now),
        restored_at=None if facts.restored is None else _moment(facts.restored, now),
    )


def _moment(text: str, now: datetime) -> datetime:
    if found := re.fullmatch(r"(\d\d):(\d\d)", text):
        return now.replace(hour=int(found[1]), minute=int(found[2]))
    found = re.fullmatch(r"([+-])(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?", text)
    if found is None or len(text) < 2:
        raise ValueError(f"{text!r} is no moment: 16:30, -2h, +45m")
    distance = timedelta(days=int(found[2] or 0), hours=int(found[3] or 0), minutes=int(found[4] or 0))
    return now + distance if found[1] == "+" else now - distance


def _said(node: yaml.Node) -> Any:
    """A YAML node as plain strings, lists and dicts."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: _said(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_said(each) for each in node.value]
    assert isinstance(node, yaml.ScalarNode)
    return node.value


def _line(said: Any, number: int) -> Line | Prompt:
    match said:
        case {"robot": str(words), **rest} if not rest:
            return RobotSays(" ".join(words.split()), number)
        case {"says": str(name), **values}:
            given = {str(key): str(value) for key, value in values.items()}
            return Prompt(name, **{key: int(value) if value.isdecimal() else value for key, value in given.items()})
        case {"caller": str(does)} if does.startswith("says "):
            return Speaks(does.removeprefix("says "), number)
        case {"caller": "is silent"}:
            return IsSilent(number)
        case {"caller": "hangs up"}:
            return HangsUp(line=number)
        case {"caller": "hangs up in the queue"}:
            return HangsUp(in_queue=True, line=number)
        case {"caller": str(does)} if found := re.fullmatch(r"presses ([0-9*#]+)", does):
            return Presses(found[1], number)
        case {"operator": "does not answer"}:
            return NobodyAnswers(number)
        case {"operator": str(does)} if found := re.fullmatch(r"answers after (\d+) s", does):
            return OperatorTalks(float(found[1]), line=number)
    raise ValueError(
        f"{said!r} is no line: {{robot: words}}, {{says: prompt}}, {{caller: presses 1 | is silent | hangs up}}, "
        "{operator: answers after 12 s | does not answer}"
    )


def load(path: Path) -> Conversation:
    """Read one conversation. Raises BadConversation with the file and line."""
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.BaseLoader)
        if not isinstance(root, yaml.MappingNode):
            raise BadConversation(f"{path.name}: not a mapping")
        fields = {key.value: value for key, value in root.value}
        calls = fields.pop("call").value
        facts = Facts.model_validate({name: _said(value) for name, value in fields.items()})
        numbers = tuple(node.start_mark.line + 1 for node in calls)
        conversation = Conversation(
            path.stem,
            facts,
            tuple(_line(_said(node), number) for node, number in zip(calls, numbers, strict=True)),
            numbers,
        )
        assert conversation.world
    except (ValueError, yaml.YAMLError, KeyError, AttributeError) as error:
        raise BadConversation(f"{path.name}: {error}") from error
    return conversation


def load_all(folder: Path = FOLDER) -> Iterator[Conversation]:
    """All conversations, by name."""
    for path in sorted(folder.glob("*.yaml")):
        yield load(path)
