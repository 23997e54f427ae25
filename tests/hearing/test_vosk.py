"""Vosk through its one door: what is heard, and that nothing we hand it can end the process."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from robot.hearing.recogniser import UNKNOWN, Model, RecogniserFailed
from robot.hearing.vosk import VoskModel
from tests.hearing.tones import RATE, WORDS, say


@pytest.fixture(scope="module")
def model(tone_model: Path) -> Model:
    return VoskModel(tone_model)


@pytest.mark.parametrize("word", WORDS)
def test_each_word_is_heard_with_the_whole_vocabulary(model: Model, word: str) -> None:
    assert model.hear(say(0.3, word, 0.3)).text == word


def test_words_come_with_times_and_confidence(model: Model) -> None:
    first, second = model.hear(say(0.5, "да нет", 0.5)).words
    assert (first.text, second.text) == ("да", "нет")
    assert first.begin == pytest.approx(0.5, abs=0.1)
    assert first.end == pytest.approx(second.begin, abs=0.1) == pytest.approx(0.9, abs=0.1)
    assert 0 < first.confidence <= 1


def test_pauses_part_utterances(model: Model) -> None:
    line = say(0.3, "да", 1.5, "нет три", 0.5)
    assert [heard.text for heard in model.utterances(line)] == ["да", "нет три"]
    assert model.hear(line).text == "да нет три"


def test_nothing_is_heard_where_nothing_is_said(model: Model) -> None:
    assert not model.hear(say(3.0)).words
    assert not model.hear(say()).words
    assert not model.hear(say(3.0)).accepted


def test_a_grammar_turns_other_words_away(model: Model) -> None:
    asked = ["да", "нет", UNKNOWN]
    assert model.hear(say(0.3, "да", 0.3), asked).accepted
    stranger = model.hear(say(0.3, "три", 0.3), asked)
    assert UNKNOWN in stranger.text
    assert not stranger.accepted


@pytest.mark.parametrize("grammar", [[], [""], ["абракадабра"], ["абракадабра", UNKNOWN], [UNKNOWN]])
def test_a_grammar_of_nothing_known_hears_nothing(model: Model, grammar: list[str]) -> None:
    """An empty grammar would end the process: Vosk 0.3.45 crashes over it."""
    assert not model.hear(say(0.3, "да", 0.3), grammar).accepted


def test_a_phrase_with_an_unknown_word_is_not_heard_as_the_rest_of_it(model: Model) -> None:
    """Vosk would shorten it to «да»."""
    assert not model.hear(say(0.3, "да", 0.3), ["да абракадабра", "нет", UNKNOWN]).accepted
    assert model.hear(say(0.3, "нет", 0.3), ["да абракадабра", "нет", UNKNOWN]).text == "нет"


def test_the_vocabulary_is_known(model: Model) -> None:
    assert all(map(model.knows, WORDS))
    assert not model.knows("абракадабра")


def test_the_end_of_an_utterance_is_noticed_as_it_happens(model: Model) -> None:
    recogniser = model.recogniser()
    line = say(0.3, "да", 1.5)
    ends = [stop for stop in range(160, len(line), 160) if recogniser.take(line[stop - 160 : stop])]
    assert 0.3 < (ends[0] / RATE - 0.7) < 0.9
    assert recogniser.result().text == "да"
    assert recogniser.partial() == ""


def test_a_partial_result_grows_while_somebody_speaks(model: Model) -> None:
    recogniser = model.recogniser()
    recogniser.take(say(0.3, "да нет три два один"))
    assert recogniser.partial().startswith("да нет")
    assert recogniser.finish().text == "да нет три два один"


def test_other_kinds_of_samples_are_heard_alike(model: Model) -> None:
    line = say(0.3, "да", 0.3)
    assert model.hear(line.astype(np.int32)).text == "да"  # type: ignore[arg-type]
    assert model.hear(np.repeat(line, 2)[::2]).text == "да"


@pytest.mark.parametrize(
    "missing", ["am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst"]
)
def test_a_folder_that_is_no_model_is_refused_before_vosk_sees_it(
    tone_model: Path, tmp_path: Path, missing: str
) -> None:
    folder = shutil.copytree(tone_model, tmp_path / "model")
    (folder / missing).unlink()
    with pytest.raises(RecogniserFailed, match=Path(missing).name) as failure:
        VoskModel(folder)
    assert not failure.value.retryable


def test_a_name_is_never_looked_for_in_the_internet(tmp_path: Path) -> None:
    with pytest.raises(RecogniserFailed, match="no model for Vosk"):
        VoskModel(tmp_path / "vosk-model-small-ru-0.22")


def test_a_broken_model_is_an_error(tone_model: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tone_model, tmp_path / "model")
    (folder / "am" / "final.mdl").write_bytes(b"\0Bnothing of the kind")
    with pytest.raises(RecogniserFailed, match="cannot load"):
        VoskModel(folder)


def test_a_graph_that_vosk_cannot_read_is_an_error(tone_model: Path, tmp_path: Path) -> None:
    assert VoskModel(tone_model).takes_grammars
    folder = shutil.copytree(tone_model, tmp_path / "model")
    (folder / "graph" / "HCLG.fst").write_bytes(b"")  # Vosk prefers it to the others
    with pytest.raises(RecogniserFailed, match="cannot load"):
        VoskModel(folder)
