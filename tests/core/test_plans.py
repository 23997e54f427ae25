"""Plans on disk: reload, going back, broken files, restarts. Small instances in a temporary folder."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.call.model import Call, Outcome
from ivr.errors import ConfigError, ServiceError, VoiceFailed
from ivr.plan_files import MOST_KEPT, KeptVersions, UnknownVersion, read_texts
from ivr.plans import Plan, Plans, Topic, examine_files, load_plan, queues_of
from ivr.queues import read_queues
from ivr.settings import Asterisk, Settings

GOOD = "start: a\nafter_transfer: a\nnodes:\n  a: {kind: hangup, prompt: bye}\n"
BROKEN = "start: a\nafter_transfer: a\nnodes:\n  a: {kind: hangup, prompt: buy}\n"
PROMPTS = """
bye: {says: "До свидания."}
one_moment: {says: "Минуту."}
technical_problem: {says: "Неполадка."}
all_busy_goodbye: {says: "Все заняты."}
draft_broken: {says: "Черновик с ошибками."}
hearing_lost: {says: "Отвечайте клавишами."}
"""


async def plain(call: Call) -> Outcome:
    return Outcome()


TOPICS: Mapping[str, Topic] = {"plain": plain}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "dialplans").mkdir()
    (tmp_path / "prompts" / "ru").mkdir(parents=True)
    (tmp_path / "prompts" / "ru" / "all.yaml").write_text(PROMPTS, encoding="utf-8")
    made = Settings(home=tmp_path)
    write(made, GOOD)
    return made


def write(settings: Settings, text: str) -> None:
    (settings.dialplans / "hotline.yaml").write_text(text, encoding="utf-8")


def variant(number: int) -> str:
    return GOOD + f"# {number}\n"


def test_a_good_plan_replaces_the_old_one_and_the_old_one_stays_whole(settings: Settings) -> None:
    plans = Plans.open(settings, TOPICS)
    old = plans.current
    write(settings, GOOD.replace("prompt: bye", "prompt: one_moment"))
    new = plans.reload()
    assert plans.current is new
    assert new.version != old.version
    assert old.dialplan.nodes["hotline:a"] != new.dialplan.nodes["hotline:a"]  # a live call still holds the old one


def test_a_bad_plan_changes_nothing_and_says_why(settings: Settings) -> None:
    plans = Plans.open(settings, TOPICS)
    old = plans.current
    write(settings, BROKEN)
    with pytest.raises(ConfigError) as raised:
        plans.reload()
    assert [str(problem) for problem in raised.value.problems] == [
        "dialplans/hotline.yaml:4:29: error: unknown prompt 'buy' (did you mean 'bye'?)"
    ]
    assert plans.current is old
    with pytest.raises(ConfigError):
        plans.draft()


def test_a_plan_whose_sounds_cannot_be_made_is_not_used(settings: Settings) -> None:
    fail = False

    def prepare(plan: Plan) -> None:
        if fail:
            raise VoiceFailed("no voice")

    plans = Plans.open(settings, TOPICS, prepare)
    old = plans.current
    fail = True
    write(settings, variant(1))
    with pytest.raises(ServiceError):
        plans.reload()
    assert plans.current is old


def test_the_version_is_what_the_files_say_and_nothing_else(settings: Settings) -> None:
    first = load_plan(settings, TOPICS).version
    write(settings, variant(1))
    second = load_plan(settings, TOPICS).version
    write(settings, GOOD)
    assert load_plan(settings, TOPICS).version == first != second
    wording = settings.prompts / "ru" / "all.yaml"
    wording.write_text(PROMPTS.replace("Минуту", "Минутку"), encoding="utf-8")
    assert load_plan(settings, TOPICS).version != first


def test_going_back_brings_the_wording_back_too(settings: Settings) -> None:
    plans = Plans.open(settings, TOPICS)
    first = plans.current
    wording = settings.prompts / "ru" / "all.yaml"
    wording.write_text(PROMPTS.replace("До свидания", "Пока"), encoding="utf-8")
    second = plans.reload()
    back = plans.to(first.version[:6])
    assert back.version == first.version == plans.current.version
    assert next(back.book.fragments_of("bye")).text == "До свидания."
    assert [snapshot.version for snapshot in plans.versions()] == [first.version, second.version]


def test_a_version_gone_back_to_stays_over_a_restart_until_the_next_reload(settings: Settings) -> None:
    plans = Plans.open(settings, TOPICS)
    first = plans.current.version
    write(settings, variant(1))
    second = plans.reload().version
    plans.to(first)
    assert Plans.open(settings, TOPICS).current.version == first
    plans.reload()
    assert Plans.open(settings, TOPICS).current.version == second


def test_an_engine_starts_with_the_last_good_plan_when_the_files_are_broken(settings: Settings) -> None:
    good = Plans.open(settings, TOPICS).current.version
    write(settings, BROKEN)
    assert Plans.open(settings, TOPICS).current.version == good


def test_without_anything_to_fall_back_to_the_problems_are_told(settings: Settings) -> None:
    write(settings, BROKEN)
    with pytest.raises(ConfigError, match="buy"):
        Plans.open(settings, TOPICS)


def test_versions_that_are_not_there_or_cannot_be_trusted(settings: Settings) -> None:
    plans = Plans.open(settings, TOPICS)
    version = plans.current.version
    write(settings, variant(1))
    plans.reload()
    with pytest.raises(UnknownVersion, match=version):
        plans.to("zzzz")
    (settings.var / "plans" / version / "dialplans" / "hotline.yaml").write_text(variant(7), encoding="utf-8")
    with pytest.raises(UnknownVersion, match="changed on disk"):
        plans.to(version)
    with pytest.raises(UnknownVersion):
        plans.to("../..")


def test_the_last_twenty_are_kept_and_the_pinned_one(settings: Settings) -> None:
    plans = Plans.open(settings, TOPICS)
    pinned = plans.current.version
    for number in range(MOST_KEPT + 3):
        write(settings, variant(number))
        plans.reload()
    assert len(plans.versions()) == MOST_KEPT
    assert pinned not in [snapshot.version for snapshot in plans.versions()]
    kept = KeptVersions(settings.var / "plans")
    oldest = plans.versions()[-1].version
    kept.pin(oldest)
    kept.keep(read_texts(settings.home)[0])
    assert oldest in [snapshot.version for snapshot in kept.all()]
    assert not [path for path in kept.folder.iterdir() if path.name.startswith(".new")]


def test_half_written_notes_about_versions_do_no_harm(settings: Settings) -> None:
    plans = Plans.open(settings, TOPICS)
    (settings.var / "plans" / "pinned.json").write_text("{", encoding="utf-8")
    broken = settings.var / "plans" / "aaaabbbbcccc"
    broken.mkdir()
    (broken / "meta.json").write_text("{}", encoding="utf-8")
    assert [snapshot.version for snapshot in plans.versions()] == [plans.current.version]
    assert Plans.open(settings, TOPICS).current.version == plans.current.version


def test_files_that_cannot_be_read_as_text_are_named(settings: Settings) -> None:
    (settings.dialplans / "other.yaml").write_bytes("start: a\n# приём\n".encode("cp1251"))
    (settings.dialplans / "third.yml").write_text("", encoding="utf-8")
    problems = [str(problem) for problem in examine_files(settings, TOPICS).problems]
    assert "dialplans/other.yaml:2:1: error: this is not UTF-8 text (save the file as UTF-8)" in problems
    assert "dialplans/third.yml: error: this file is not read (its name must end in .yaml)" in problems


def test_missing_folders_are_named(tmp_path: Path) -> None:
    problems = [str(problem) for problem in examine_files(Settings(home=tmp_path), TOPICS).problems]
    assert problems[0].startswith("dialplans: error: there is no such folder")
    assert any(problem.startswith("prompts/ru: error: there is no such folder") for problem in problems)


def test_a_byte_order_mark_of_windows_editors_is_no_problem(settings: Settings) -> None:
    (settings.dialplans / "hotline.yaml").write_text(GOOD, encoding="utf-8-sig")
    assert examine_files(settings, TOPICS).problems == ()


def test_prompts_and_dialplans_are_looked_at_in_one_go(settings: Settings) -> None:
    write(settings, BROKEN.replace("kind: hangup", "kind: hangap"))
    (settings.prompts / "ru" / "more.yaml").write_text("Плохо: 1\n", encoding="utf-8")
    files = {problem.file for problem in examine_files(settings, TOPICS).problems}
    assert files == {"dialplans/hotline.yaml", "prompts/ru/more.yaml"}


def test_a_prompt_that_the_engine_itself_says_must_be_there(settings: Settings) -> None:
    wording = settings.prompts / "ru" / "all.yaml"
    wording.write_text(PROMPTS.replace("one_moment", "two_moments"), encoding="utf-8")
    (problem,) = examine_files(settings, TOPICS).problems
    assert "engine itself says the prompt 'one_moment'" in str(problem)


def test_queues_are_read_as_asterisk_reads_them(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "asterisk-conf"
    (folder / "ivr").mkdir(parents=True)
    (folder / "queues.conf").write_text('[general]\nautofill = yes\n#include "ivr/queues.conf"\n[night]\n')
    (folder / "ivr" / "queues.conf").write_text("[base](!)\n; [old]\n[operators](base)\nmember => PJSIP/1\n")
    assert read_queues(folder / "queues.conf") == {"night", "operators"}
    assert read_queues(folder / "none.conf") is None
    write(settings, "start: a\nafter_transfer: a\nnodes:\n  a: {kind: transfer, queue: operatory, no_answer: b}\n"
                    "  b: {kind: hangup}\n")  # fmt: skip
    (problem,) = examine_files(settings, TOPICS).problems
    assert str(problem).endswith("unknown queue 'operatory' (did you mean 'operators'?)")
    system = settings.model_copy(update={"asterisk": Asterisk(manage=False)})
    assert examine_files(system, TOPICS).problems == (), "a FreePBX has queues of its own"


def test_kept_files_are_plain_copies(settings: Settings) -> None:
    version = Plans.open(settings, TOPICS).current.version
    kept = settings.var / "plans" / version
    assert (kept / "dialplans" / "hotline.yaml").read_text(encoding="utf-8") == GOOD
    assert json.loads((kept / "meta.json").read_text())["version"] == version


def test_the_queues_of_a_plan_are_those_of_its_transfers(settings: Settings) -> None:
    write(settings, "start: a\nafter_transfer: a\nnodes:\n  a: {kind: transfer, queue: night, no_answer: b}\n"
                    "  b: {kind: hangup}\n")  # fmt: skip
    assert queues_of(load_plan(settings, TOPICS)) == {"night"}


def test_looking_puts_nothing_to_use(settings: Settings) -> None:
    live = Plans.open(settings, TOPICS).current.version
    write(settings, GOOD.replace("prompt: bye", "prompt: one_moment"))
    assert Plans.look(settings, TOPICS, live).current.version == live
    looked = Plans.look(settings, TOPICS)
    assert looked.current.version != live
    assert [kept.version for kept in looked.versions()] == [live]
