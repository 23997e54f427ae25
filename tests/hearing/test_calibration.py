"""What confidences are worth: fitting, reading, and that what is told is the calibrated figure."""

import json
import random
from pathlib import Path

import pytest

from ivr.call.model import Utterance
from robot.hearing.bench.calibrating import measure
from robot.hearing.bench.sets import Clip, ClipSet, Grammar
from robot.hearing.calibration import (
    FILE,
    LEAST,
    UNCALIBRATED,
    BadCalibration,
    Calibration,
    Pair,
    calibration_of,
    error_of,
    fit,
)
from robot.hearing.confidence import confidence
from robot.hearing.folders import DEFAULT, SHIPPED
from robot.hearing.listening import decide
from robot.hearing.loading import load
from robot.hearing.recogniser import Heard, Word
from robot.hearing.vosk import VoskModel
from tests.hearing.tones import say


def boastful(count: int, seed: int) -> list[Pair]:
    """Answers of an engine that is right as often as the square of what it says."""
    chance = random.Random(seed)
    return [(raw, chance.random() < raw**2) for raw in (chance.random() for _ in range(count))]


def test_a_boastful_engine_is_seen_through() -> None:
    knots = fit(boastful(4000, 1))
    table = Calibration(knots, knots)
    for raw in (0.2, 0.5, 0.8):
        assert table.of(raw) == pytest.approx(raw**2, abs=0.07)
    fresh = boastful(4000, 2)
    assert error_of(fresh, knots) < 0.04 < 0.1 < error_of(fresh, UNCALIBRATED.whole)


def test_the_line_rises_and_stays_between_nothing_and_one() -> None:
    for seed in range(20):
        pairs = boastful(random.Random(seed).randrange(60, 400), seed)
        pairs += [(1.0, number % 7 > 0) for number in range(60)]  # many ties
        knots = fit(reversed(pairs))
        assert knots == fit(pairs), "the order of the answers does not matter"
        assert Calibration.from_json(Calibration(knots, knots).to_json()).whole == knots
        assert 0 < knots[0][1] <= knots[-1][1] < 1


def test_few_answers_change_nothing() -> None:
    assert fit([(0.9, False)] * (2 * LEAST - 1)) == UNCALIBRATED.whole
    assert fit([]) == UNCALIBRATED.whole
    assert error_of([], UNCALIBRATED.whole) == 0.0


def test_between_knots_and_beyond_them() -> None:
    table = Calibration(((0.4, 0.2), (0.8, 0.6)), ((0.5, 0.9),), 0.33)
    assert [table.of(raw) for raw in (0.0, 0.4, 0.6, 0.8, 1.0)] == pytest.approx([0.2, 0.2, 0.4, 0.6, 0.6])
    assert table.of(0.1, grammar=True) == table.of(1.0, grammar=True) == 0.9
    assert table.of(None) == table.of(None, grammar=True) == 0.33


@pytest.mark.parametrize(
    "change",
    [
        {"whole": []}, {"whole": [[0.5, 0.9], [0.6, 0.8]]}, {"whole": [[0.5, 0.9], [0.5, 0.9]]}, {"whole": [[0.5, 2]]},
        {"grammar": "no"}, {"none": None}, {"none": 7}, {"whole": [[1]]},
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_told_with_its_file_and_hears_all_the_same(
    tone_model: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    spoilt = json.loads(UNCALIBRATED.to_json()) | change
    own = tmp_path / "model"
    own.mkdir()
    (own / FILE).write_text(json.dumps(spoilt), encoding="utf-8")
    with pytest.raises(BadCalibration, match=FILE):
        calibration_of(own)
    for part in ("am", "conf", "graph"):
        (own / part).symlink_to(tone_model / part)
    assert load(own).calibration == UNCALIBRATED


def test_whose_table_a_model_has(tmp_path: Path) -> None:
    shipped = calibration_of(SHIPPED / DEFAULT)
    assert shipped.measured
    assert shipped.of(1.0) > 0.85 > 0.5 > shipped.of(0.5), "it is sure of much that is wrong"
    adapted = tmp_path / f"{DEFAULT}@20261125-100000-1"
    assert calibration_of(adapted) == shipped
    adapted.mkdir()
    (adapted / FILE).write_text(Calibration(none=0.5).to_json(), encoding="utf-8")
    assert calibration_of(adapted).none == 0.5
    (adapted / FILE).write_text(Calibration(none=0.55).to_json(), encoding="utf-8")
    assert calibration_of(adapted).none == 0.55, "a new file is read anew"
    assert calibration_of(tmp_path / "vosk-model-small-ru-0.22") == UNCALIBRATED


def heard(*words: tuple[str, float | None]) -> Heard:
    return Heard(tuple(Word(text, 0, 1, sure) for text, sure in words))


def test_how_sure_an_answer_is() -> None:
    assert confidence(heard(("да", 0.8), ("да", 0.6))) == pytest.approx(0.7)
    assert confidence(heard(("да", 0.8), ("[unk]", 0.9))) == pytest.approx(0.4)
    assert confidence(heard(("да", 0.8), ("нет", None))) is None
    assert confidence(heard()) == 0.0


def test_what_is_told_is_calibrated() -> None:
    table = Calibration(((0.0, 0.1), (1.0, 0.5)), ((0.0, 0.5), (1.0, 0.9)), 0.25)
    wide, narrow = heard(("дай", 1.0)), heard(("да", 1.0))
    assert decide(wide, narrow, frozenset({"да"}), table) == Utterance("да", 0.9, ("дай",))
    assert decide(wide, heard(), frozenset(), table) == Utterance("дай", 0.5)
    assert decide(heard(("дай", None)), heard(), frozenset(), table) == Utterance("дай", 0.25)


def test_measuring_hears_every_clip_with_and_without_its_grammar(tone_model: Path) -> None:
    grammar = Grammar("yes_no", ("да", "нет"), {"да": "yes", "нет": "no"})
    clips = tuple(
        Clip(Path(f"{place}.wav"), kind, "tones", name, text, say(0.3, said, 0.3))
        for place, (kind, name, text, said) in enumerate(
            [
                ("yes", "yes_no", "да", "да"),
                ("yes", "yes_no", "да", "нет"),  # misheard
                ("other", "", "три", "три"),
                ("out_of_grammar", "", "три", "три"),
            ]
        )
    )
    shares: list[float] = []
    measured = measure(VoskModel(tone_model), ClipSet("tones", clips, {"yes_no": grammar}), ["clean"], shares.append)
    assert [right for _, right in measured.whole] == [True, False, True]
    assert [right for _, right in measured.grammar] == [True, False]
    assert shares[-1] == 1.0
    assert measured.calibration("here").measured == "here"
