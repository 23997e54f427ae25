"""Words said in a menu that mean something in the one behind it. Whole phrases are understood here, nothing else."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ivr.call.model import Call, Digits, NoInput, Utterance
from ivr.dialplan.walk import Understanding, walk
from tests.core.dialplan.small_world import TOPICS, look_at
from tests.core.rehearse import Rehearsal, rehearse

CALL = Call("c1", "+79001234567", "88002200220", datetime(2026, 11, 25, 7, tzinfo=UTC))
FILE = """
start: first
after_transfer: first
nodes:
  first:
    kind: menu
    prompt: hello
    choices:
      1: {to: one, label: "один вопрос"}
      2: {to: second, label: "другое"}
    tries: 1
    silent: bye
    not_understood: bye
  second:
    kind: menu
    prompt: pick_two
    choices:
      1: {to: meter, phrases: ["счётчик", "лампа"]}
      2: {to: third, phrases: ["вглубь"]}
      5: {to: five}
      hash: first
    tries: 1
    silent: bye
    not_understood: bye
  third:
    kind: menu
    prompt: pick_three
    choices:
      1: {to: deep, phrases: ["насос", "лампа", "пять"]}
      2: {to: second}
    tries: 1
    silent: bye
    not_understood: bye
  one: {kind: hangup}
  meter: {kind: hangup}
  deep: {kind: hangup}
  five: {kind: hangup}
  bye: {kind: hangup}
"""
PROMPTS = 'pick_two: {says: "Выберите."}\npick_three: {says: "Ещё раз."}\n'


def whole(text: str, phrases: Mapping[str, Sequence[str]]) -> str | None:
    """The only choice that has the words; else the key of that name, as «пять» is one."""
    found = [key for key, known in phrases.items() if text in known]
    return found[0] if len(found) == 1 else {"пять": "5"}.get(text) if "5" in phrases else None


def hold(*answers: object) -> Rehearsal:
    examined = look_at({"hotline": FILE}, extra_prompts=PROMPTS)
    assert examined.plan is not None, examined.problems
    return rehearse(walk(examined.plan, CALL, TOPICS, None, Understanding(whole, lambda text: None)), answers)


def test_words_of_the_menu_behind_lead_there_without_a_question() -> None:
    done = hold(Utterance("счётчик"))
    assert done.nodes == ["hotline:first", "hotline:second", "hotline:meter"]
    assert done.names == ["hello"]
    assert done.notes == ["key 2: другое", "key 1"]


def test_through_two_menus() -> None:
    done = hold(Utterance("насос"))
    assert done.nodes == ["hotline:first", "hotline:second", "hotline:third", "hotline:deep"]
    assert done.names == ["hello"]


def test_a_nearer_menu_has_its_words_first() -> None:
    assert hold(Utterance("лампа")).nodes[-1] == "hotline:meter"


def test_a_choice_s_own_words_ask_the_question_behind_it() -> None:
    assert hold(Utterance("другое"), NoInput()).names == ["hello", "pick_two"]
    assert hold(Utterance("вглубь"), NoInput()).names == ["hello", "pick_three"]


def test_a_key_is_a_key_of_the_menu_where_it_was_said() -> None:
    assert hold(Utterance("пять")).nodes[-1] == "hotline:deep"
    assert hold(Utterance("другое"), Utterance("пять")).nodes[-1] == "hotline:five"


def test_keys_are_not_carried() -> None:
    assert hold(Digits("2"), NoInput()).names == ["hello", "pick_two"]


def test_back_and_forth_ends() -> None:
    done = hold(Digits("2"), Utterance("один вопрос"))
    assert done.nodes == ["hotline:first", "hotline:second", "hotline:first", "hotline:one"]
    assert done.names == ["hello", "pick_two"]
