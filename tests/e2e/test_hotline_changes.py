"""What changes while calls are held: the plan is reloaded, and lists of outages are read anew."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hearing import find
from hotline import NUMBER, ExpectedSounds, Hotline
from own_grid import IN_TWO_LISTS, Resident
from stage import UNLIKE, Call, Clips, Scenes, Stage, assert_heard, fill, scene

from ivr.app import open_house
from ivr.call.model import TRIAL, Prompt
from ivr.control_client import ControlClient, ReloadRefused
from ivr.errors import Problem

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

DRAFT = f"{NUMBER}99"
MENU_MAIN = re.compile(r'^menu_main:\n  says: "(?P<first>[^"]*?[.]) (?P<second>[^"]*?[.]) ', re.MULTILINE)
"""The first two sentences of the main menu in prompts/ru/menu.yaml."""


def _own_line(stage: Stage, **options: Any) -> Stage:
    """A stage with a hotline of its own, not started yet."""
    line = stage.on.enter_context(Hotline(stage.folder / "instance", **options))
    moment = fill(line)
    return Stage(line, stage.sounds, stage.folder, moment, stage.on)


def _edit(line: Hotline, file: str, before: str, after: str) -> None:
    path = line.settings.home / file
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{file}: {before!r}"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


# ── the plan ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Reloaded:
    """Calls before and after a reload, and calls of the draft."""

    stage: Stage
    new_sounds: ExpectedSounds
    choices: tuple[str, str]
    """The first two sentences of the menu, as they were before."""
    versions: dict[str, str] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@scene
def reloads(stage: Stage) -> Reloaded:
    """The menu's first two choices change places while a caller is in the menu; then the plan is broken; then mended.

    The new wording is made of sentences that are rendered already.
    """
    own = _own_line(stage, own=("dialplans", "prompts"))
    line = own.line
    line.engine.start()
    control = ControlClient(line.settings.control_socket)
    versions = {"before": str(control.status()["plan"])}

    live = own.dialled("+79116660001")
    at = live.wait_heard(own.first("menu_main"), 15, after=4.0)
    menu = MENU_MAIN.search((line.settings.prompts / "ru" / "menu.yaml").read_text(encoding="utf-8"))
    assert menu is not None
    first, second = menu["first"], menu["second"]
    _edit(line, "prompts/ru/menu.yaml", f"{first} {second}", f"{second} {first}")
    control.reload()
    versions["after"] = str(control.status()["plan"])
    found = Reloaded(own, ExpectedSounds(line.settings), (first, second), versions)
    live.press("*")
    live.wait_heard(own.clips("menu_main")[1][1], 15, after=at + 1.0)
    found.calls["live"] = own.over(live)
    following = own.dialled("+79116660002")
    following.wait_heard(own.first("menu_main"), 15, after=4.0)
    found.calls["following"] = own.over(following)

    _edit(line, "dialplans/hotline.yaml", "next: recording_notice", "next: recording_notise")
    with pytest.raises(ReloadRefused) as refused:
        control.reload()
    found.problems = tuple(refused.value.problems)
    versions["after the bad one"] = str(control.status()["plan"])
    broken = own.dialled("+79116660003", DRAFT)
    broken.wait_heard(own.last("draft_broken"), 15)
    found.calls["broken draft"] = own.over(broken)

    _edit(line, "dialplans/hotline.yaml", "next: recording_notise", "next: recording_notice")
    _edit(line, "dialplans/hotline.yaml", "prompt: greeting", "prompt: goodbye")
    draft = own.dialled("+79116660004", DRAFT)
    draft.wait_heard(own.last("recording_notice"), 10)
    found.calls["draft"] = own.over(draft)
    real = own.dialled("+79116660005")
    real.wait_heard(own.last("recording_notice"), 10)
    found.calls["beside the draft"] = own.over(real)
    return found


def _menu(sounds: ExpectedSounds, call: Call) -> Clips:
    return sounds.fragments(sounds.spoken(Prompt("menu_main"), call.record.call.started_at))[:2]


def test_a_live_call_keeps_its_version(scenes: Scenes) -> None:
    found = scenes(reloads)
    call = found.calls["live"]
    old = _menu(found.stage.sounds, call)
    assert tuple(words for words, _, _ in old) == found.choices
    again = [entry for entry in call.record.entries if entry.said.startswith(found.choices[0])]
    assert len(again) == 2
    assert_heard(call.sound, old, after=7.5)
    assert call.record.plan == found.versions["before"]


def test_the_next_call_has_the_new_wording(scenes: Scenes) -> None:
    found = scenes(reloads)
    call = found.calls["following"]
    new = _menu(found.new_sounds, call)
    assert tuple(words for words, _, _ in new) == (found.choices[1], found.choices[0])
    assert_heard(call.sound, new)
    assert call.record.plan == found.versions["after"] != found.versions["before"]


def test_a_bad_plan_changes_nothing_and_says_why(scenes: Scenes) -> None:
    found = scenes(reloads)
    assert found.versions["after the bad one"] == found.versions["after"]
    (problem, *_) = found.problems
    assert "recording_notise" in problem.message
    assert "recording_notice" in problem.hint
    assert problem.line > 0


def test_the_draft_extension_plays_the_draft(scenes: Scenes) -> None:
    found = scenes(reloads)
    draft, real = found.calls["draft"], found.calls["beside the draft"]
    assert_heard(draft.sound, found.stage.clips("goodbye", "recording_notice"))
    assert_heard(real.sound, found.stage.clips("greeting", "recording_notice"))
    assert draft.record.call.id.startswith(TRIAL)
    assert real.record.plan == found.versions["after"]
    assert_heard(found.calls["broken draft"].sound, found.stage.clips("draft_broken"))


# ── the lists ──────────────────────────────────────────────────────────────────────────────────────────────────

FEEDS = """
[[feed]]
name = "ours"
format = "json"
url = "http://127.0.0.1:{port}/ours.json"
regions = ["46"]
every_seconds = 1
[[feed]]
name = "company"
format = "mrsk"
url = "http://127.0.0.1:{port}/list.php?region={{region}}&start={{start}}&end={{end}}"
regions = ["48"]
every_seconds = 1
"""


class Lists(http.server.BaseHTTPRequestHandler):
    """The two lists over HTTP; ``pages`` by the beginning of the path."""

    pages: dict[str, str]

    def do_GET(self) -> None:
        text = next((text for path, text in self.pages.items() if self.path.startswith(path)), None)
        body = (text or "").encode()
        self.send_response(404 if text is None else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(pages: dict[str, str]) -> Iterator[int]:
    """Serve ``pages`` on a free port."""
    handler = type("TheseLists", (Lists,), {"pages": pages})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join(5)


def as_json(resident: Resident, now: datetime) -> str:
    """A resident's outage in our own format."""
    outage = resident.outage(now)
    assert outage.planned_end is not None
    place = {"settlement": {"name": resident.settlement}, "objects": f"{resident.street} {resident.house}"}
    record = {"id": "1", "kind": "emergency", "region": resident.region, "start": outage.start.isoformat()}
    record |= {"planned_end": outage.planned_end.isoformat()}
    record |= {"set_at": resident.set_at(now).isoformat()}
    return json.dumps({"outages": [{**record, "places": [place]}]}, ensure_ascii=False)


def as_rows(resident: Resident, now: datetime) -> str:
    """A resident's outage as the company's list has it, with its usual oddities."""
    outage = resident.outage(now)
    assert outage.planned_end is not None
    cells = {
        "region": "Липецкая область", "district": "Грязинский р-н", "location": f"\n {resident.settlement} ",
        "object": f"{resident.street}<br>д. 2,\n {resident.house}",
        "disconn-start-date": f"{outage.start:%d.%m.%Y}", "disconn-start-time": f"{outage.start:%H:%M}",
        "disconn-end-date": f"{outage.planned_end:%d.%m.%Y}", "disconn-end-time": f"{outage.planned_end:%H:%M}",
        "branch": "Липецкэнерго", "res_title": "Грязинский РЭС",
    }  # fmt: skip
    row = "".join(f'<td class="{name}">{value}</td>' for name, value in cells.items())
    return f'<tr><th>Регион</th></tr><tr class="d55DE65CD-3A62-4304-BD72-75CB153B8F33">{row}</tr>'


@dataclass
class Read:
    """A resident's calls before and after the list knew of them."""

    stage: Stage
    before: dict[Resident, Call] = field(default_factory=dict)
    after: dict[Resident, Call] = field(default_factory=dict)


@scene
def lists(stage: Stage) -> Read:
    """Two residents call; then each is put into the list of their region, and they call again."""
    pages = {"/ours.json": '{"outages": []}', "/list.php": "<p>Плановых отключений не найдено</p>"}
    port = stage.on.enter_context(serving(pages))
    own = _own_line(stage, more_settings=FEEDS.format(port=port))
    own.line.engine.start()
    found = Read(own)
    phones = {resident: own.dialled(resident.phone) for resident in IN_TWO_LISTS}
    for resident, phone in phones.items():
        phone.wait_heard(own.first("menu_main"), 15, after=4.0)
        found.before[resident] = own.over(phone)

    here, there = IN_TWO_LISTS
    pages["/ours.json"] = as_json(here, own.laid_in_at)
    pages["/list.php?region=48"] = pages["/list.php"] = as_rows(there, own.laid_in_at)
    give_up = time.monotonic() + 15
    with open_house(own.line.settings) as house:
        while len(house.grid.outages(source="ours") + house.grid.outages(source="company-48")) < 2:
            assert time.monotonic() < give_up, house.grid.feeds()
            time.sleep(0.1)
    phones = {resident: own.dialled(resident.phone) for resident in IN_TWO_LISTS}
    for resident, phone in phones.items():
        phone.wait_heard(own.first("menu_main_again"), 25, after=8.0)
        found.after[resident] = own.over(phone)
    return found


def test_a_list_of_ours_changes_what_the_next_caller_hears(scenes: Scenes) -> None:
    found, (here, _) = scenes(lists), IN_TWO_LISTS
    outage = here.outage(found.stage.laid_in_at)
    assert outage.planned_end is not None
    told = Prompt(
        "outage_emergency", place=here.place, until=outage.planned_end, set_at=here.set_at(found.stage.laid_in_at)
    )
    assert_heard(found.after[here].sound, found.stage.clips("greeting", "recording_notice", told))
    (first, *_) = found.stage.clips(told)[3:]
    assert find(found.before[here].sound, first[1]).score < UNLIKE
    assert found.after[here].row.point == here.account


def test_the_companys_list_changes_what_the_next_caller_hears(scenes: Scenes) -> None:
    found, (_, there) = scenes(lists), IN_TWO_LISTS
    outage = there.outage(found.stage.laid_in_at)
    assert outage.planned_end is not None
    call = found.after[there]
    # This list does not say since when its times stand: the engine takes the moment at which it read them first.
    (said,) = [
        entry.verb.prompt
        for entry in call.record.entries
        if "outage_planned" in getattr(getattr(entry.verb, "prompt", None), "name", "")
    ]
    told = Prompt("outage_planned", place=there.place, until=outage.planned_end, set_at=said.values["set_at"])
    assert said == told
    assert_heard(call.sound, found.stage.clips("greeting", "recording_notice", told, now=call.record.call.started_at))
    (first, *_) = found.stage.clips(told)[3:]
    assert find(found.before[there].sound, first[1]).score < UNLIKE
