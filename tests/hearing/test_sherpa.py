"""sherpa-onnx through its one door: tiny models of both kinds are really loaded and heard with, and bad ones refused
before the library could end the process."""

import asyncio
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra dev: pip install onnx")
pytest.importorskip("sherpa_onnx", reason='needs the extra: pip install "svetlaya-ivr[sherpa]"')

from ivr.call.model import NoMatch, Speech, Utterance
from ivr.hearing import Answered, Overheard
from robot.hearing.folders import ModelFolder, NoSuchModel, find, is_model, listed
from robot.hearing.listening import Listeners
from robot.hearing.loading import load
from robot.hearing.onnx_file import BadOnnx, properties
from robot.hearing.recogniser import Model, RecogniserFailed
from robot.hearing.sherpa import SherpaModel
from tests.hearing import onnx_tones
from tests.hearing.onnx_tones import ENCODER, T_ONE, TOKENS, say


@pytest.fixture(scope="module")
def t_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return onnx_tones.t_one(tmp_path_factory.mktemp("models") / "t-one")


@pytest.fixture(scope="module")
def zipformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return onnx_tones.zipformer2(tmp_path_factory.mktemp("models") / "zipformer")


def spoken(*parts: str | float) -> np.ndarray:
    return say(*parts, tones=TOKENS, seconds=0.2)


def test_t_one_is_heard(t_one: Path) -> None:
    model = load(t_one)
    assert isinstance(model, SherpaModel)
    first, second = model.utterances(say(0.3, "да нет свет", 2.0, "нет"))
    assert first.text == "да нет свет"
    assert second.text == "нет"
    assert [word.confidence for word in first.words] == [None, None, None]
    assert first.words[1].begin == pytest.approx(0.3 + 3 * 0.12, abs=0.1)
    assert second.words[0].begin == pytest.approx(0.3 + 11 * 0.12 + 2.0, abs=0.1)


def test_a_zipformer_is_heard_with_the_probability_of_its_tokens(zipformer: Path) -> None:
    model = load(zipformer)
    first, second = model.utterances(spoken(0.5, "▁да|▁н|ет", 2.0, "▁свет", 0.3))
    assert first.text == "да нет"
    assert second.text == "свет"
    assert all(word.confidence is not None and 0.5 < word.confidence < 1 for word in first.words)
    assert first.words[1].begin == pytest.approx(0.7, abs=0.15)
    assert second.words[0].begin == pytest.approx(3.1, abs=0.35)


def test_what_has_been_said_so_far_is_told(t_one: Path) -> None:
    recogniser = load(t_one).recogniser()
    assert recogniser.partial() == ""
    assert not recogniser.take(say(0.3, "да нет", 0.4))
    assert recogniser.partial().startswith("да")
    assert recogniser.finish().text == "да нет"


@pytest.mark.parametrize("seconds", [0.0, 0.01, 3.0])
def test_nothing_is_heard_in_silence(t_one: Path, zipformer: Path, seconds: float) -> None:
    for folder in (t_one, zipformer):
        assert not load(folder).hear(say(seconds)).words


def test_a_grammar_changes_nothing_and_the_model_says_so(t_one: Path) -> None:
    model = load(t_one)
    assert not model.takes_grammars
    assert model.hear(say(0.3, "свет"), ["да", "нет", "[unk]"]).text == "свет"
    assert model.knows("тесна")
    assert not model.knows("дом")


def test_layouts_and_quantised_files(zipformer: Path, tmp_path: Path) -> None:
    of_vosk = onnx_tones.zipformer2(tmp_path / "of-vosk", vosk_layout=True)
    assert load(of_vosk).hear(spoken(0.5, "▁свет", 0.5)).text == "свет"
    for part in ("encoder", "joiner"):
        (of_vosk / "am-onnx" / f"{part}.onnx").rename(of_vosk / "am-onnx" / f"{part}-epoch-99.int8.onnx")
        (of_vosk / "am-onnx" / f"{part}.onnx").write_bytes(b"the bigger one, that is not taken")
    assert load(of_vosk).hear(spoken(0.5, "▁свет", 0.5)).text == "свет"


def test_model_folders_are_known_by_their_files(t_one: Path, zipformer: Path, tmp_path: Path) -> None:
    assert ModelFolder(t_one).kind == "t-one"
    assert ModelFolder(zipformer).kind == "zipformer2"
    assert ModelFolder(zipformer).open_vocabulary
    assert ModelFolder(zipformer).words() is None
    assert not ModelFolder(zipformer).ours
    assert ModelFolder(t_one).fingerprint() != ModelFolder(zipformer).fingerprint()
    assert "t-one" in {model.name for model in listed(t_one.parent)}
    assert find("zipformer", tmp_path, zipformer.parent).path == zipformer.resolve()
    half = tmp_path / "half"
    half.mkdir()
    (half / "tokens.txt").write_text("<blk> 0\n")
    assert not is_model(half)
    with pytest.raises(NoSuchModel, match="sherpa-onnx tokens"):
        find("half", tmp_path, tmp_path / "none")


def test_without_the_extra_it_is_said_how_to_get_it(t_one: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sherpa_onnx", None)
    with pytest.raises(RecogniserFailed, match=r"pip install .*sherpa"):
        load(t_one)


@pytest.mark.parametrize("lacking", ["frame_length_ms", "state_dim", "sample_rate"])
def test_a_property_that_t_one_lacks_ends_no_process(tmp_path: Path, lacking: str) -> None:
    folder = onnx_tones.t_one(tmp_path / "model", {key: value for key, value in T_ONE.items() if key != lacking})
    with pytest.raises(RecogniserFailed, match=lacking):
        load(folder)


@pytest.mark.parametrize("lacking", ["encoder_dims", "left_context_len", "T", "decode_chunk_len"])
def test_a_property_that_a_zipformer_lacks_ends_no_process(tmp_path: Path, lacking: str) -> None:
    folder = onnx_tones.zipformer2(tmp_path / "model", {key: ENCODER[key] for key in ENCODER if key != lacking})
    with pytest.raises(RecogniserFailed, match=lacking):
        load(folder)


def test_other_kinds_of_transducers_are_refused(tmp_path: Path) -> None:
    folder = onnx_tones.zipformer2(tmp_path / "model", {**ENCODER, "model_type": "lstm"})
    with pytest.raises(RecogniserFailed, match="its kind is lstm"):
        load(folder)


@pytest.mark.parametrize(
    ("tokens", "why"),
    [
        ("", "none of <blk>"),
        ("да 0\nнет 1\n", "none of <blk>"),
        ("<blk>\n", "line 1"),
        ("<blk> 0\nда x\n", "line 2"),
        ("<blk> 0\nда 1\n", "2 tokens, the network writes 5"),
    ],
)
def test_bad_tokens_end_no_process(tmp_path: Path, tokens: str, why: str) -> None:
    folder = onnx_tones.zipformer2(tmp_path / "model")
    (folder / "tokens.txt").write_text(tokens, encoding="utf-8")
    with pytest.raises(RecogniserFailed, match=why):
        load(folder)


@pytest.mark.parametrize("part", ["encoder", "decoder", "joiner"])
@pytest.mark.parametrize("how", ["cut", "empty", "rubbish"])
def test_damaged_networks_are_refused(tmp_path: Path, part: str, how: str) -> None:
    folder = onnx_tones.zipformer2(tmp_path / "model")
    file = folder / f"{part}.onnx"
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "rubbish": bytes(range(256)) * 9}[how])
    with pytest.raises(RecogniserFailed, match=part):
        load(folder)


def test_properties_of_a_file_cut_at_any_byte(t_one: Path, tmp_path: Path) -> None:
    whole = (t_one / "model.onnx").read_bytes()
    assert properties(t_one / "model.onnx") == T_ONE
    file = tmp_path / "cut.onnx"
    for length in (*range(40), *range(len(whole) - 60, len(whole))):
        file.write_bytes(whole[:length])
        try:
            found = properties(file)
        except BadOnnx:
            continue
        assert found.items() <= T_ONE.items()


def test_many_threads_share_the_networks(zipformer: Path) -> None:
    model, heard = load(zipformer), list[str]()

    def call(token: str) -> None:
        heard.extend(model.hear(spoken(0.5, token, 0.5)).text for _ in range(5))

    threads = [threading.Thread(target=call, args=(token,)) for token in ("▁да", "▁свет", "▁да", "▁свет")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(heard) == ["да"] * 10 + ["свет"] * 10


async def test_a_call_is_heard_with_it(t_one: Path) -> None:
    model: Model = load(t_one)
    listeners, told = Listeners(lambda: model, cores=1), list[Overheard]()
    ear = listeners.listen(told.append)
    assert ear is not None
    ear.expect(Speech("yes_no"))
    line = say(0.5, "нет", 2.5)
    until = time.monotonic() + 10
    for at in range(0, len(line), 160):
        ear.hear(line[at : at + 160].tobytes())
        await asyncio.sleep(0.002)
    while ear.speaking and time.monotonic() < until:  # noqa: ASYNC110  # until it has been decoded
        await asyncio.sleep(0.01)
    ear.close()
    listeners.close()
    (answer,) = [each.answer for each in told if isinstance(each, Answered)]
    assert not isinstance(answer, NoMatch)
    assert isinstance(answer, Utterance)
    assert answer.text == "нет"
    assert 0 < answer.confidence <= 1
