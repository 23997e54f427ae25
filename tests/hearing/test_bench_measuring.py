"""Measuring a whole recogniser: one that hears tones, over a set of tones, where every figure is known beforehand."""

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from robot.hearing.bench import quiet
from robot.hearing.bench.conditions import CONDITIONS
from robot.hearing.bench.measuring import WHOLE, Figures, Options, measure
from robot.hearing.bench.plot import plot
from robot.hearing.bench.running import MeasuringFailed, measure_apart
from robot.hearing.bench.sets import OUT_OF_GRAMMAR, read_set
from robot.hearing.bench.writing import SetWriter
from tests.hearing.tones import say

FEW = Options(conditions=("clean", "white20"), quiet_minutes=0.1)
CLIPS = (
    ("yes", "low", "yes_no", "да", say("да")),
    ("yes", "low", "yes_no", "да", say("нет")),  # says something else than is written: heard wrongly
    ("no", "high", "yes_no", "нет", say("нет")),
    ("account", "high", "digits", "один два три", say("один два три")),
    ("account", "low", "digits", "один два", say("один", 0.9, "два")),  # a pause as long as an ending
    ("free", "low", "", "да три", say("да три")),
    ("free", "low", "", "да абракадабра", say("да")),  # a word that the model does not know
    (OUT_OF_GRAMMAR, "low", "", "свет", say("свет")),
    (OUT_OF_GRAMMAR, "low", "", "два", say("два")),  # outside of yes_no, inside of digits
)
GRAMMARS = {"yes_no": ["да\tyes", "нет\tno"], "digits": ["один", "два", "три", "один два", "два три"]}


@pytest.fixture(scope="module")
def tone_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets") / "tones"
    writer, chance = SetWriter(folder, GRAMMARS), random.Random(1)
    for kind, voice, grammar, text, sound in CLIPS:
        writer.add(kind, voice, grammar, text, sound, chance)
    writer.finish({"name": "tones"})
    return folder


@pytest.fixture(scope="module")
def figures(tone_model: Path, tone_set: Path) -> Figures:
    shares: list[float] = []
    measured = measure(tone_model, read_set(tone_set), FEW, shares.append)
    assert shares == sorted(shares), "progress only grows"
    assert 0 <= shares[0] < shares[-1] <= 1
    return measured


def test_accuracy_by_kind_with_the_clips_grammar(figures: Figures) -> None:
    for condition in FEW.conditions:
        kinds = figures.grammars[condition]
        assert list(kinds) == ["yes", "no", "account"]
        assert kinds["yes"] == {"right": (1, 2), "meant": (1, 2), "wer": 0.5}
        assert kinds["no"] == {"right": (1, 1), "meant": (1, 1), "wer": 0.0}
        assert kinds["account"]["right"] == (2, 2)
        assert figures.kept[condition] == (5, 5)


def test_what_was_heard_wrongly_is_listed(figures: Figures) -> None:
    assert [(row["file"], row["said"], row["heard"]) for row in figures.wrong] == [("002.wav", "да", "нет")] * 2
    assert [row["condition"] for row in figures.wrong] == list(FEW.conditions)


def test_the_whole_vocabulary_is_tried_on_every_clip_inside(figures: Figures) -> None:
    assert figures.free["clean"]["right"] == (5, 7)
    assert figures.free["clean"]["wer"] == pytest.approx(2 / 12, abs=1e-4)
    assert figures.missing_words == 1


def test_strangers_are_turned_away_by_each_grammar(figures: Figures) -> None:
    assert figures.rejected["yes_no"] == (2, 2)
    assert figures.rejected["digits"] == (1, 2)


def test_voices_are_told_apart(figures: Figures) -> None:
    assert figures.voices == {"high": (2, 2), "low": (2, 3)}


def test_words_heard_where_nobody_speaks_are_counted_by_family(figures: Figures) -> None:
    assert set(figures.false_accepts) == {"yes_no", "digits", WHOLE}
    for grammar, heard in figures.false_accepts.items():
        assert list(heard) == list(quiet.FAMILIES)
        assert heard["silence"] == heard["idle line"] == heard["wind"] == 0
        assert all(figures.false_answers[grammar][family] <= words for family, words in heard.items())
    assert figures.false_accepts[WHOLE]["keys"] + figures.false_accepts[WHOLE]["music"] > 0, "tones are its words"
    assert figures.quiet_minutes == 3.0, "each family has its 20 s"


def test_the_end_of_speech(figures: Figures) -> None:
    assert figures.end_missed == (0, 5)
    assert figures.cut_short == (1, 5)
    assert 300 < figures.end_delay_ms["median"] <= figures.end_delay_ms["p95"] < 1100  # type: ignore[operator]


def test_what_it_costs(figures: Figures) -> None:
    assert 0 < figures.load_s < 30
    assert 0 <= figures.loaded_mb < figures.peak_mb < 2000
    assert figures.real_time_factor is not None
    assert 0 < figures.real_time_factor < 10
    assert figures.takes_grammars


def test_a_process_of_its_own_finds_the_same(tone_model: Path, tone_set: Path, figures: Figures) -> None:
    shares: list[float] = []
    apart = measure_apart(tone_model, tone_set, FEW, shares.append)
    assert len(shares) > 5
    assert json.dumps(apart.grammars) == json.dumps(figures.grammars)
    assert json.dumps(apart.rejected) == json.dumps(figures.rejected)
    # Only the model's and the set's memory: whatever this process has held is not counted.
    assert apart.peak_mb < 300


def fake(tmp_path: Path, body: str) -> tuple[str, str]:
    """A measuring process that does something else."""
    script = tmp_path / "fake.py"
    script.write_text(f"import json, os, signal, sys, time\n{body}\n")
    return (sys.executable, str(script))


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "ended by SIGSEGV"),
        ("sys.stderr.write('first\\nno such thing\\n'); sys.exit(3)", r"no such thing \(ended with 3\)"),
        ("print('something a library says')", "ended with 0"),
        ("print('[1]')", "ended with 0"),
    ],
)
def test_a_process_that_fails_is_an_error_with_its_last_words(tmp_path: Path, body: str, complaint: str) -> None:
    with pytest.raises(MeasuringFailed, match=complaint):
        measure_apart(tmp_path / "m", tmp_path, FEW, lambda _: None, program=fake(tmp_path, body))


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(MeasuringFailed, match="did nothing for"):
        measure_apart(
            tmp_path / "m", tmp_path, FEW, lambda _: None, program=fake(tmp_path, "time.sleep(60)"), stalled_s=0.3
        )
    assert time.monotonic() - began < 30


def test_a_process_that_goes_on_slowly_is_waited_for(tmp_path: Path) -> None:
    body = (
        "for share in range(6):\n    print(json.dumps({'share': share / 6}), flush=True)\n    time.sleep(0.7)\n"
        "print(json.dumps({'model': 'slow'}))"
    )
    shares: list[float] = []
    program = fake(tmp_path, body)
    found = measure_apart(tmp_path / "m", tmp_path, FEW, shares.append, program=program, stalled_s=3)
    assert found.model == "slow"
    assert len(shares) == 6


@pytest.fixture
def ivr(tmp_path: Path) -> Callable[..., Result]:
    (tmp_path / "ivr.toml").write_text("")

    def run(*words: str | Path) -> Result:
        given = ["models", "bench", "--home", str(tmp_path), *map(str, words)]
        return CliRunner().invoke(main, given, catch_exceptions=False)

    return run


def test_models_side_by_side(
    ivr: Callable[..., Result], tone_model: Path, tone_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.cli.models_bench.QUICK_MINUTES", 0.1)
    picture = tmp_path / "figures.svg"
    broken = tmp_path / "broken"
    for name in ("am/final.mdl", "conf/model.conf"):
        (broken / name).parent.mkdir(parents=True)
        (broken / name).write_text("")
    done = ivr(tone_model, broken, "--set", tone_set, "--condition", "clean", "--json", "--plot", picture)
    assert done.exit_code == 1, "one of them could not be measured"
    assert "broken could not be measured" in done.stderr
    (only,) = json.loads(done.stdout)
    assert only["model"] == "tones"
    assert only["grammars"]["clean"]["yes"]["right"] == {
        "hits": 1,
        "total": 2,
        "share": 0.5,
        "low": 0.0945,
        "high": 0.9055,
    }
    assert ElementTree.fromstring(picture.read_text("utf-8")).tag.endswith("svg")


def test_the_tables_say_it_for_people(
    ivr: Callable[..., Result], tone_model: Path, tone_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.cli.models_bench.QUICK_MINUTES", 0.1)
    done = ivr(tone_model, "--set", tone_set, "--condition", "clean", "--wrong")
    assert done.exit_code == 0, done.output
    for part in (
        "50.0 (9…91)",
        "yes",
        "account",
        "word errors, whole vocabulary, clean",
        "002.wav",
        "end of speech noticed",
    ):
        assert part in done.output


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--condition", "snow"), "there is no 'snow'; there are: clean"),
        (("--plot", "picture.png"), "does not end in .svg"),
        (("no-such-model",), "there is no model 'no-such-model'"),
    ],
)
def test_what_cannot_be_asked_for(
    ivr: Callable[..., Result], tone_set: Path, words: tuple[str, ...], complaint: str
) -> None:
    done = ivr(*words, "--set", tone_set)
    assert done.exit_code in (1, 2)
    assert complaint in " ".join(done.output.split())


def test_a_set_that_cannot_be_read_is_told_before_anything_is_measured(
    ivr: Callable[..., Result], tone_model: Path, tmp_path: Path
) -> None:
    done = ivr(tone_model, "--set", tmp_path / "nowhere")
    assert done.exit_code == 1
    assert "is no set of clips" in " ".join(done.output.split())


def test_a_disturbance_without_its_package(
    ivr: Callable[..., Result], tone_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not CONDITIONS["gsm"].available
    done = ivr("--set", tone_set, "--condition", "gsm")
    assert done.exit_code == 1
    assert "soundfile" in done.output


def test_the_picture_shows_each_model(figures: Figures) -> None:
    other = Figures("<other> & co", grammars={"clean": {"yes": {"right": (2, 2)}}})
    drawn = ElementTree.fromstring(plot([figures, other]))
    texts = [element.text or "" for element in drawn.iter() if element.tag.endswith("text")]
    assert {"tones", "<other> & co", "yes, clean", "account, white20"} <= set(texts)
    bars = [element for element in drawn.iter() if element.tag.endswith("rect") and element.get("height") == "10"]
    assert len(bars) == 6 + 1 + 2  # six of the first, one of the other, two in the legend
    ElementTree.fromstring(plot([]))
