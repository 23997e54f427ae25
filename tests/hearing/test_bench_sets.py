"""Sets of clips: written, read back, and every mistake named."""

import gzip
import json
import random
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import ConfigError
from robot.hearing.bench import human
from robot.hearing.bench.alaw import read
from robot.hearing.bench.grammars import grammars
from robot.hearing.bench.sets import OUT_OF_GRAMMAR, Grammar, read_set
from robot.hearing.bench.writing import SetWriter, on_the_line, trimmed
from robot.hearing.spoken_numbers import DIGITS
from tests.hearing.tones import RATE, say

PUBLIC = Path(__file__).parent.parent / "speech"


def write_set(folder: Path) -> Path:
    chance = random.Random(1)
    writer = SetWriter(
        folder, {"yes_no": ["да\tyes", "# a comment", "", "так точно\tyes", "нет\tno"], "digits": DIGITS}
    )
    writer.add("yes", "tones", "yes_no", "да", say("да"), chance)
    writer.add("account", "tones", "digits", "один два", say("один два"), chance)
    writer.add(OUT_OF_GRAMMAR, "tones", "", "свет", say("свет"), chance)
    assert writer.finish({"name": "tones"}) == 3
    return folder


def test_a_set_is_read_as_it_was_written(tmp_path: Path) -> None:
    clips = read_set(write_set(tmp_path))
    assert clips.name == "tones"
    assert [(clip.kind, clip.voice, clip.grammar, clip.text) for clip in clips.clips] == [
        ("yes", "tones", "yes_no", "да"),
        ("account", "tones", "digits", "один два"),
        (OUT_OF_GRAMMAR, "tones", "", "свет"),
    ]
    assert clips.kinds == ("yes", "account")
    assert clips.grammars["yes_no"].phrases == ("да", "так точно", "нет")
    assert clips.grammars["yes_no"].asked == ("да", "так точно", "нет", "[unk]")
    assert len(clips.of_kind(OUT_OF_GRAMMAR)) == 1


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("yes_no\tда", "yesno\tда", r"clips\.tsv:2:1: error: there is no grammars/yesno\.txt"),
        ("yes_no\tда", "yes_no\tДа", r"clips\.tsv:2:1: error: 'Да' is not lower-case"),
        ("yes_no\tда", "yes_no\t", r"clips\.tsv:2:1: error: '' is not"),
        ("clips/002.wav", "clips/020.wav", r"clips\.tsv:3:1: error: .*020\.wav"),
        ("clips/002.wav", "clips.tsv", r"clips\.tsv:3:1: error: clips\.tsv is no WAV file"),
        ("account\ttones", "account", r"clips\.tsv:3:1: error: 4 cells, 5 are needed"),
        ("file\tkind", "kind\tfile", r"clips\.tsv:1:1: error: the heading must be file, kind"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    listed = write_set(tmp_path) / "clips.tsv"
    listed.write_text(listed.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError, match=complaint):
        read_set(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", None])
def test_a_folder_that_is_no_set_is_told(tmp_path: Path, content: str | None) -> None:
    write_set(tmp_path)
    about = tmp_path / "set.json"
    about.unlink() if content is None else about.write_text(content)
    with pytest.raises(ConfigError, match="is no set of clips"):
        read_set(tmp_path)


def test_what_phrases_mean() -> None:
    grammar = Grammar("yes_no", ("да", "да нет", "нет"), {"да": "yes", "да нет": "no", "нет": "no", "верно": "yes"})
    assert grammar.meaning("да") == "yes"
    assert grammar.meaning("да верно да") == "yes"
    assert grammar.meaning("да нет") == "no", "the longest phrase counts"
    assert grammar.meaning("верно нет") == "верно нет", "two meanings are none"
    assert grammar.meaning("да наверно") == "да наверно"
    assert grammar.meaning("[unk]") == "[unk]"
    assert grammar.meaning("") == ""


def test_speech_is_trimmed_and_brought_to_telephone_level() -> None:
    sound = say(1.0, "да", 2.0, level=300.0)
    assert len(trimmed(sound)) == pytest.approx(RATE * 0.47, abs=RATE * 0.01)
    line = on_the_line(sound, random.Random(1)).astype(float)
    speech = line[RATE // 3 : -RATE // 3]
    assert -27 < 20 * np.log10(np.sqrt((speech**2).mean()) / 32768) < -16
    assert np.abs(line[: RATE // 5]).max() < 40, "a faint line comes before it"
    soft_beginning = np.concatenate((say(1.0), say("да", level=60.0), say("нет", level=10_000.0), say(1.0)))
    assert len(trimmed(soft_beginning)) == pytest.approx(RATE * 0.87, abs=RATE * 0.01), "a soft sound is speech, too"
    with pytest.raises(ValueError, match="nothing to be heard"):
        on_the_line(say(1.0), random.Random(1))
    assert not len(trimmed(say()))


def test_the_grammars_of_the_robot_hold_each_phrase_once() -> None:
    for name, lines in grammars().items():
        said = [line.partition("\t")[0] for line in lines]
        assert len(said) == len(set(said)), name
        assert all(phrase == " ".join(phrase.split()) for phrase in said)
    meanings = dict(line.split("\t") for line in grammars()["yes_no"])
    assert (meanings["да"], meanings["нет"], meanings["оператор"]) == ("yes", "no", "control")


def test_the_public_set_is_whole_small_and_of_voices_that_nothing_is_trained_on() -> None:
    """Numbers as promised in its README; voices kept apart from robot/training/voices.py."""
    from robot.training.voices import ESPEAK_VARIANTS, RHVOICE_VOICES

    clips = read_set(PUBLIC)
    assert len(clips.clips) == 338
    assert sum(file.stat().st_size for file in (PUBLIC / "clips").iterdir()) < 5_000_000
    assert not {clip.voice for clip in clips.clips} & {*RHVOICE_VOICES, *(f"ru+{name}" for name in ESPEAK_VARIANTS)}
    assert json.loads((PUBLIC / "set.json").read_text("utf-8"))["licence"]
    for clip in clips.clips:
        said = dict.fromkeys(clip.text.split())
        if clip.kind in ("yes", "no", "menu", "danger", "control", "choice", "street", "settlement"):
            assert clip.text in clips.grammars[clip.grammar].phrases, clip.file
        elif clip.kind in ("account", "house"):
            known = {word for phrase in clips.grammars[clip.grammar].phrases for word in phrase.split()}
            assert known >= set(said), clip.file
        elif clip.kind == OUT_OF_GRAMMAR:
            assert all(clip.text not in grammar.phrases for grammar in clips.grammars.values())
        assert 0.4 < len(clip.sound) / RATE < 7


def test_sentences_are_taken_from_the_list_of_recordings() -> None:
    listed = """; Core Asterisk Sounds in Russian

agent-pass: Введите пароль и нажмите решетку.
again: Введите пароль - и нажмите... решетку!
auth-thankyou: Спасибо.
conf-thereare: Сейчас в конференции находится
dictate/forhelp: Для справки нажмите 0.
digits/at: в этот самый день
"""
    found = human.strangers(listed, 10)
    assert [(one.name, one.text) for one in found] == [
        ("agent-pass", "введите пароль и нажмите решетку"),
        ("conf-thereare", "сейчас в конференции находится"),
    ]
    assert human.strangers(listed, 1) == found[:1]


def test_the_human_set_is_made_out_of_the_unpacked_package(tmp_path: Path) -> None:
    tree, chance = tmp_path / "tree", np.random.default_rng(1)
    names = [
        f"digits/{name}" for name in [*range(20), *range(20, 100, 10), "hundred", "today", "tomorrow", "yesterday"]
    ]
    names += [f"digits/h-{number}" for number in (*range(1, 21), *range(30, 100, 10))]
    names += [f"digits/day-{number}" for number in range(7)] + [f"digits/mon-{number}" for number in range(12)]
    for name in [*names, "vm-no", "agent-pass"]:
        file = tree / human.SOUNDS / f"{name}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(file), "wb") as sound:
            sound.setparams((1, 2, RATE, 0, "NONE", ""))
            sound.writeframes((chance.standard_normal(2000) * 3000).astype("<i2").tobytes())
    listed = tree / human.LIST
    listed.parent.mkdir(parents=True)
    listed.write_bytes(gzip.compress("agent-pass: Введите пароль и нажмите решетку.\n".encode()))
    assert human.make_human_set(tree, tmp_path / "set") == 79 + human.ACCOUNTS + 1
    clips = read_set(tmp_path / "set")
    accounts = clips.of_kind("account")
    assert len(accounts) == human.ACCOUNTS
    assert all(8 <= len(clip.text.split()) <= 12 for clip in accounts)
    assert all(len(clip.sound) > 0.2 * RATE * len(clip.text.split()) for clip in accounts)
    assert {clip.text for clip in clips.of_kind("weekday")} == {*human._DAYS, "сегодня", "завтра", "вчера"}
    assert "CC-BY" in json.loads((tmp_path / "set" / "set.json").read_text("utf-8"))["licence"]
    assert (read(accounts[0].file) == accounts[0].sound).all()


def test_a_package_that_is_another_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="vm-no"):
        human.make_human_set(tmp_path, tmp_path / "set")
    assert not (tmp_path / "set" / "set.json").exists(), "half a set is no set"
