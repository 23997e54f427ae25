"""Phrases put into dialplan files: every way of writing a choice, and nothing else changed."""

from pathlib import Path

import pytest
import yaml

from ivr.dialplan.adding import CannotAdd, add_offer_phrase, add_phrase, as_phrase

ROOT = Path(__file__).parents[3]
HEAD = "start: menu   # a remark\nnodes:\n  menu:\n    kind: menu\n    choices:"


def added(text: str, choice: str = "1", phrase: str = "ток пропал", node: str = "menu") -> str:
    return add_phrase("dialplans/x.yaml", text, node, choice, phrase)[0]


WAYS = {
    """
      1: {to: a, phrases: ["нет света"]}  # один""": """
      1: {to: a, phrases: ["нет света", "ток пропал"]}  # один""",
    """
      1: {to: a, phrases: []}""": """
      1: {to: a, phrases: ["ток пропал"]}""",
    """
      1: {to: a, label: "нет света"} # x""": """
      1: {to: a, label: "нет света", phrases: ["ток пропал"]} # x""",
    """
      1: other:menu   # сюда""": """
      1: {to: other:menu, phrases: ["ток пропал"]}   # сюда""",
    """
      1:
        to: a  # куда
      2: b""": """
      1:
        to: a  # куда
        phrases: ["ток пропал"]
      2: b""",
    """
      1:
        to: a
        phrases:
          - нет света   # часто
          # ещё
      2: b""": """
      1:
        to: a
        phrases:
          - нет света   # часто
          - "ток пропал"
          # ещё
      2: b""",
    """
      1:
        to: a
        phrases: ["раз",
          "два", # тут
        ]""": """
      1:
        to: a
        phrases: ["раз",
          "два", "ток пропал", # тут
        ]""",
}


@pytest.mark.parametrize(("before", "after"), WAYS.items())
def test_every_way_of_writing_a_choice(before: str, after: str) -> None:
    for ending in ("\n", "", "\n    tries: 2\n"):
        assert added(HEAD + before + ending) == HEAD + after + ending


def test_a_full_line_is_broken() -> None:
    long = ", ".join(f'"фраза номер {n}"' for n in range(5))
    text = added(
        HEAD + f"\n      1:\n        to: a\n        phrases: [{long}]\n", phrase="у нас во всём большом доме нет света"
    )
    assert max(map(len, text.splitlines())) <= 118
    assert yaml.safe_load(text)["nodes"]["menu"]["choices"][1]["phrases"][-1] == "у нас во всём большом доме нет света"
    again = added(text, phrase="ещё одна очень длинная фраза про то что света нет во всём нашем большом посёлке")
    assert again.count("\n") == text.count("\n") + 1
    assert len({len(line) - len(line.lstrip()) for line in again.splitlines()[-2:]}) == 1


def test_a_choice_by_its_label_and_windows_lines() -> None:
    text = (HEAD + '\n      1: {to: a, label: "Нет света"}\n      2: b\n').replace("\n", "\r\n")
    new, key, others = add_phrase("x", text, "menu", "нет света", "ток пропал")
    assert (key, others) == ("1", ())
    assert new == text.replace('"Нет света"', '"Нет света", phrases: ["ток пропал"]')


def test_a_choice_that_several_menus_share_is_told() -> None:
    text = HEAD.replace("choices:", "choices: &all") + "\n      1: a\n  second:\n    kind: menu\n    choices: *all\n"
    new, _, others = add_phrase("x", text, "second", "1", "ток пропал")
    assert others == ("menu",)
    data = yaml.safe_load(new)["nodes"]
    assert data["menu"]["choices"][1]["phrases"] == data["second"]["choices"][1]["phrases"] == ["ток пропал"]


def test_the_shipped_menu_keeps_every_comment() -> None:
    text = (ROOT / "dialplans" / "hotline.yaml").read_text("utf-8")
    new, _, others = add_phrase("dialplans/hotline.yaml", text, "menu", "1", "ток пропал совсем")
    assert others == ("menu_after_outage",)
    gone = [line for line in text.splitlines() if line not in new.splitlines()]
    assert len(gone) <= 1
    assert new.replace(', "ток пропал совсем"', "").replace(',\n          "ток пропал совсем"', "") == text


@pytest.mark.parametrize(
    ("node", "choice", "says"),
    [
        ("manu", "1", "did you mean 'menu'"),
        ("menu", "7", "no choice '7'"),
        ("said", "1", "no menu"),
        ("menu", "2", "already"),
    ],
)
def test_what_cannot_be(node: str, choice: str, says: str) -> None:
    text = HEAD + '\n      1: a\n      2: {to: b, phrases: ["ток пропал"]}\n  said:\n    kind: say\n'
    with pytest.raises(CannotAdd, match=says):
        added(text, choice, node=node)


def test_a_file_that_is_no_dialplan() -> None:
    for text in ("", "nodes: [", "- 1", "nodes: 5"):
        with pytest.raises(CannotAdd, match="ivr check"):
            added(text)


def test_phrases_are_as_they_are_said() -> None:
    assert as_phrase(" «Ток  пропал!» ") == "ток пропал"
    for bad in ("", "а", "ток: пропал", "x" * 81, "ток\\n", "{}"):
        with pytest.raises(CannotAdd):
            as_phrase(bad)


ROBOT = """tries: {address: 3}
phrases:                   # ваши слова
  sms: ["отправьте смс"]   # на телефон
  done:
    - ничего не надо
"""


def test_phrases_for_an_offer() -> None:
    def put(offer: str) -> str:
        return add_offer_phrase("dialplans/robot.yaml", ROBOT, offer, "киньте смску")

    assert put("sms") == ROBOT.replace('"отправьте смс"]', '"отправьте смс", "киньте смску"]')
    assert put("done") == ROBOT + '    - "киньте смску"\n'
    assert put("call") == ROBOT + '  call: ["киньте смску"]\n'
    again = put("sms")
    with pytest.raises(CannotAdd, match="already"):
        add_offer_phrase("robot.yaml", again, "sms", "киньте смску")
    with pytest.raises(CannotAdd, match="no offer 'smss'"):
        put("smss")
    for text in ("tries: {address: 3}\n", "phrases: {}\n"):
        with pytest.raises(CannotAdd, match="by hand"):
            add_offer_phrase("robot.yaml", text, "sms", "киньте смску")
    for text in ("phrases: [", "phrases: 5\n", 'phrases: {sms: "одна"}\n'):
        with pytest.raises(CannotAdd, match="ivr check"):
            add_offer_phrase("robot.yaml", text, "sms", "киньте смску")
