"""What callers say is understood: measured on a list that nothing was tuned with (``said_held_out.tsv``)."""

import re

import pytest

from robot.hearing.vocabulary import phrases
from robot.understanding.control import Control, control
from robot.understanding.danger import danger
from robot.understanding.yes_no import yes_no
from tests.understanding.said import AGAIN, ASKED_AGAIN, DANGER, MAIN, PERSON, WAYS, Said, leads, plan, read

HELD_OUT, TUNING = read("held_out"), read("tuning")
ANSWERS = {"yes": True, "no": False, "neither": None}


def share(wrong: list[str], of: int) -> float:
    return 1 - len(wrong) / of


def labelled(*labels: str) -> list[Said]:
    return [one for one in HELD_OUT if one.label in labels]


def test_the_list_is_large_and_nothing_was_tuned_with_it() -> None:
    assert len(HELD_OUT) >= 300
    assert len(labelled("safe", "place", "nothing", "neither")) >= 100
    in_menus = [
        w for node in plan().dialplan.nodes.values() for c in getattr(node, "choices", {}).values() for w in c.wordings
    ]
    known = {fold(one.words) for one in TUNING} | {fold(phrase) for phrase in in_menus}
    assert sorted(known & {fold(one.words) for one in HELD_OUT}) == []
    assert len({fold(one.words) for one in HELD_OUT}) == len(HELD_OUT)


def fold(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())


def test_danger_is_heard() -> None:
    said = labelled("danger")
    missed = [one.words for one in said if danger(one.words) is None]
    assert share(missed, len(said)) >= 0.98, missed


def test_no_danger_is_raised_where_there_is_none() -> None:
    said = [one for one in HELD_OUT if one.label != "danger"]
    raised = [one.words for one in said if danger(one.words) is not None]
    assert len(raised) / len(said) <= 0.01, raised
    led = [
        one.words for one in labelled("safe", "place", "nothing") if leads(one.words, MAIN) in (DANGER, "danger:safety")
    ]
    assert len(led) / len(said) <= 0.01, led


def test_reasons_and_answers_of_menus_lead_where_they_should() -> None:
    said = labelled(*WAYS)
    wrong = [
        f"{one.words} → {got}" for one in said if (got := leads(one.words, WAYS[one.label][0])) != WAYS[one.label][1]
    ]
    assert share(wrong, len(said)) >= 0.95, wrong


def test_what_is_no_reason_to_call_is_asked_again() -> None:
    said = labelled("nothing")
    wrong = [f"{one.words} → {got}" for one in said if (got := leads(one.words, MAIN)) != ASKED_AGAIN]
    assert share(wrong, len(said)) >= 0.9, wrong


def test_the_talk_is_steered() -> None:
    said = labelled("person", "wait", *AGAIN)
    wrong = [f"{one.label}: {one.words}" for one in said if not steered(one)]
    assert share(wrong, len(said)) >= 0.97, wrong


def steered(one: Said) -> bool:
    found = control(one.words)
    name = found.name.lower() if found else ""
    return name in AGAIN if one.label in AGAIN else name == one.label


def test_nobody_is_put_through_or_kept_waiting_who_did_not_ask() -> None:
    said = [one for one in HELD_OUT if one.label not in ("person", "wait", "danger", *AGAIN)]
    wrong = [one.words for one in said if control(one.words) is not None]
    assert len(wrong) / len(said) <= 0.01, wrong


def test_yes_and_no() -> None:
    said = labelled(*ANSWERS)
    wrong = [f"{one.label}: {one.words}" for one in said if yes_no(one.words) is not ANSWERS[one.label]]
    assert share(wrong, len(said)) >= 0.97, wrong


def test_the_tuning_list_is_understood_at_least_as_well() -> None:
    wrong = [one.words for one in TUNING if (danger(one.words) is not None) != (one.label == "danger")]
    wrong += [
        one.words for one in TUNING if one.label in WAYS and leads(one.words, WAYS[one.label][0]) != WAYS[one.label][1]
    ]
    wrong += [one.words for one in TUNING if one.label in ANSWERS and yes_no(one.words) is not ANSWERS[one.label]]
    wrong += [one.words for one in TUNING if one.label in ("person", "wait", *AGAIN) and not steered(one)]
    assert len(wrong) / len(TUNING) <= 0.01, wrong


@pytest.mark.parametrize("family", ["streets", "villages", "towns", "districts"])
@pytest.mark.parametrize("kind", ["улица", "деревня", ""])
def test_no_name_of_a_place_means_danger_or_a_person(family: str, kind: str) -> None:
    said = [f"{kind} {name} дом пять".strip() for name in phrases(family)]
    assert [one for one in said if danger(one) is not None or control(one) is not None] == []


def test_what_the_model_hears_as_danger_is_danger() -> None:
    """Nearly all phrases of the words' list: it also has what alone is none («горит», «трещит»)."""
    said = phrases("danger")
    missed = [one for one in said if danger(one) is None]
    assert share(missed, len(said)) >= 0.92, missed


def test_no_ordinary_word_means_a_person() -> None:
    said = [word for family in ("general", "times", "names", "topics") for word in phrases(family)]
    assert [
        one
        for one in said
        if control(one) is Control.PERSON
        and not re.match("оператор|диспетчер|соедини|переключи|человека?$|живой|сотрудник|специалист", one)
    ] == []


def test_every_menu_understands_its_own_phrases() -> None:
    """Whoever says just what the administrator wrote is led there."""
    wrong = []
    for address, node in plan().dialplan.nodes.items():
        for key, choice in getattr(node, "choices", {}).items():
            wrong += [
                f"{address} {key}: {one}"
                for one in choice.wordings
                if leads(one, address) == ASKED_AGAIN and key != "0"
            ]
    assert [one for one in wrong if not re.search("ждать дальше|список", one)] == []


@pytest.mark.parametrize(
    "at", ["hotline:menu", "other:menu", "other:maintenance", "other:feedback", "outside:menu", "people:no_answer"]
)
def test_danger_and_a_person_are_heard_in_every_menu(at: str) -> None:
    assert leads("у нас провод оборвался и искрит", at) == DANGER
    assert leads("соедините с оператором", at) == PERSON
