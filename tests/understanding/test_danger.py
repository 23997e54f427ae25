"""Danger words: which danger it is, and what has the words of danger and none of it."""

import pytest

from robot.understanding.danger import Danger, danger


@pytest.mark.parametrize(
    ("words", "which"),
    [
        ("У нас провод оборвался!", Danger.WIRE),
        ("короткое замыкание", Danger.WIRE),
        ("щит искрит", Danger.FIRE),
        ("пахнет палёным", Danger.FIRE),
        ("горит подстанция", Danger.FIRE),
        ("столб накренился", Danger.POLE),
        ("ударило током", Danger.SHOCK),
        ("открыта дверь ТП", Danger.SUBSTATION),
        ("дверь тэ пэ открыта", Danger.SUBSTATION),
        ("будка не заперта", Danger.SUBSTATION),
        ("дерево на проводах", Danger.TREE),
        ("провод на машине", Danger.VEHICLE),
        ("ребёнок у подстанции", Danger.CHILD),
        ("дети лезут на столб", Danger.CHILD),
        ("дома аппарат и вэ эл", Danger.LIFE_SUPPORT),
        ("мама на кислороде", Danger.LIFE_SUPPORT),
        # life first, whatever else is said
        ("провод упал а у нас аппарат ивл", Danger.LIFE_SUPPORT),
    ],
)
def test_which_danger(words: str, which: Danger) -> None:
    assert danger(words) is which


@pytest.mark.parametrize(
    ("dangerous", "harmless"),
    [
        ("провод искрит", "провод не искрит"),
        ("провод оборван", "провод не оборван"),
        ("запах гари нет света", "гари нет света тоже нет"),
        ("нет искрит", "искр нет"),
        ("дым", "дыма нет"),
        ("дым нет света", "дым нет"),  # a recogniser drops endings
        ("ничего не работает и дым идёт", "никакого дыма"),
        ("щиток горит", "лампочка на щитке горит"),
        ("свет погас щиток горит", "свет горит"),
        ("столб упал", "столб не упал"),
        ("год назад провод упал и до сих пор лежит", "год назад провод упал"),
        ("неделю назад провод упал", "в прошлом году провод упал"),
        ("столб упал никто не убрал", "столб упал его уже убрали"),
        ("поменяли провод а он опять упал", "провод упал его поменяли"),
        ("вот вот столб упадёт", "а если столб упадёт"),
        ("у соседа провод искрит", "у соседа провод новый"),
        ("на улице искрит", "улица искры дом пять"),
        ("деревня пахнет гарью", "деревня гарь"),
        ("линия упала", "напряжение в линии упало"),
        ("дерево упало на провода спилите", "дерево растёт под проводами спилите"),
        ("кабель оборван", "кабель интернета оборван"),
        ("подстанция открыта", "дверь в подъезде открыта"),
        ("забор под напряжением", "каким напряжением питается"),
        ("подстанция взорвалась", "лампочка взорвалась"),
        ("горит дом", "горит лампа в доме"),
        ("вызовите пожарных скорее", "пожарные приезжали"),
        ("мальчик залез на столб", "кошка залезла на столб"),
        ("током убило", "ток шоу"),
    ],
)
def test_a_word_makes_the_difference(dangerous: str, harmless: str) -> None:
    assert danger(dangerous) is not None
    assert danger(harmless) is None


@pytest.mark.parametrize("nothing", ["", "   ", "[unk]", "…", "123"])
def test_nothing_said_is_no_danger(nothing: str) -> None:
    assert danger(nothing) is None
