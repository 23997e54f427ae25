"""``ivr models install``, ``check`` of models of others, and ``calibrate``, as an administrator meets them."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from robot.hearing.calibration import FILE, calibration_of
from robot.hearing.folders import DEFAULT, SHIPPED
from tests.hearing import tones
from tests.hearing.model_server import Folder, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("dialplans", "prompts/ru", "asterisk-conf"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "ivr.toml", tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The shipped model as its publisher would pack it, under another name."""
    file = tmp_path_factory.mktemp("archives") / "vosk-model-small-ru-0.22.zip"
    with zipfile.ZipFile(file, "w") as packed:
        for path in sorted((SHIPPED / DEFAULT).rglob("*")):
            packed.write(path, Path("vosk-model-small-ru-0.22") / path.relative_to(SHIPPED / DEFAULT))
    return file.read_bytes()


@pytest.fixture
def server(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as folder:
        folder.files["/vosk/vosk-model-small-ru-0.22.zip"] = archive
        yield folder


def ivr(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--home", str(home)])


def test_a_known_model_is_installed_listed_checked_and_put_to_use(home: Path, server: Folder, archive: bytes) -> None:
    toml = (home / "ivr.toml").read_text(encoding="utf-8")
    (home / "ivr.toml").write_text(
        toml.replace("[hearing]\n", f'[hearing]\nmodels_url = "{server.url}/vosk"\n'), encoding="utf-8"
    )
    checksum = hashlib.sha256(archive).hexdigest()
    done = ivr(home, "models", "install", "vosk-model-small-ru-0.22", "--sha256", checksum)
    assert done.exit_code == 0, done.stderr
    assert "ivr models check vosk-model-small-ru-0.22" in done.stdout
    assert "fetching vosk-model-small-ru-0.22: done" in done.stderr
    (row,) = (
        row
        for row in json.loads(ivr(home, "models", "list", "--json").stdout)
        if row["name"] == "vosk-model-small-ru-0.22"
    )
    assert not row["in_use"]
    checked = json.loads(ivr(home, "models", "check", "vosk-model-small-ru-0.22", "--json").stdout)
    assert checked["model"] == "vosk-model-small-ru-0.22"
    assert checked["words"] == row["words"]
    (home / "ivr.toml").write_text(toml.replace(f'model = "{DEFAULT}"', 'model = "vosk-model-small-ru-0.22"'))
    assert "* vosk-model-small-ru-0.22" in " ".join(ivr(home, "models", "list").stdout.split())
    again = ivr(home, "models", "install", f"{server.url}/vosk/vosk-model-small-ru-0.22.zip", "--sha256", checksum)
    assert again.exit_code == 0
    assert "installed already" in again.stdout


def test_machines_are_told_all_of_it(home: Path, server: Folder, archive: bytes) -> None:
    beside = f"{hashlib.sha256(archive).hexdigest()}  vosk-model-small-ru-0.22.zip\n"
    server.files["/vosk/vosk-model-small-ru-0.22.zip.sha256"] = beside.encode()
    url = f"{server.url}/vosk/vosk-model-small-ru-0.22.zip"
    done = ivr(home, "models", "install", url, "--name", "small", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["name"] == "small"
    assert told["folder"] == str(home / "var" / "models" / "small")
    assert told["source"] == url
    assert told["checksum_beside"] is True
    assert told["already"] is False


def test_exit_codes_tell_the_server_from_the_rest(home: Path, server: Folder) -> None:
    lacking = ivr(home, "models", "install", f"{server.url}/vosk/vosk-model-small-ru-0.22.zip")
    assert lacking.exit_code == 1
    assert "--sha256" in lacking.stderr
    assert ivr(home, "models", "install", f"{server.url}/other.zip", "--sha256", "0" * 64).exit_code == 3
    assert ivr(home, "models", "install", "http://127.0.0.1:1/other.zip").exit_code == 3
    assert ivr(home, "models", "install", "vosk-model-small-ru-0.22").exit_code == 1
    assert ivr(home, "models", "install", f"{server.url}/x.zip", "--sha256", "abc").exit_code == 1


def test_interrupted_it_says_what_to_do(home: Path, server: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("robot.hearing.installing.install", interrupted)
    done = ivr(home, "models", "install", f"{server.url}/x.zip", "--sha256", "0" * 64)
    assert done.exit_code == 1
    assert "goes on where it stopped" in done.stderr


def test_names_of_a_register_are_checked_before_it_is_taken_in(home: Path) -> None:
    file = home / "points.csv"
    file.write_text(
        "id,region,settlement,street,house\np1,46,г. Курск,ул. Кукушкинская,5\np2,46,г. Курск,ул. Ленина,5\n",
        encoding="utf-8",
    )
    told = ivr(home, "models", "check", DEFAULT, "--register", str(file), "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["cannot_hear"]["register"] == {"улица Кукушкинская": ["кукушкинская"]}
    file.write_text("nonsense\n", encoding="utf-8")
    assert ivr(home, "models", "check", "--register", str(file)).exit_code == 1


def test_a_model_that_writes_letters_lacks_only_what_they_cannot_write(home: Path) -> None:
    pytest.importorskip("onnx", reason="needs the extra dev: pip install onnx")
    from tests.hearing import onnx_tones

    model = onnx_tones.t_one(home / "var" / "models" / "t-one")
    (row,) = (r for r in json.loads(ivr(home, "models", "list", "--json").stdout) if r["name"] == "t-one")
    assert row["kind"] == "t-one"
    assert row["words"] is None
    told = json.loads(ivr(home, "models", "check", "t-one", "--json").stdout)["cannot_hear"]["dialplans"]
    assert told, "its eight letters do not write everything"
    tokens = "".join(f"{letter} {n}\n" for n, letter in enumerate(["<blk>", *"абвгдежзийклмнопрстуфхцчшщъыьэюя"]))
    (model / "tokens.txt").write_text(tokens, encoding="utf-8")
    told = ivr(home, "models", "check", "t-one")
    assert told.exit_code == 0, told.stdout
    assert "t-one: any word" in told.stdout


def test_a_missing_extra_is_told_before_the_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnx", reason="needs the extra dev: pip install onnx")
    from tests.hearing import onnx_tones

    onnx_tones.t_one(home / "var" / "models" / "t-one")
    toml = (home / "ivr.toml").read_text(encoding="utf-8")
    (home / "ivr.toml").write_text(toml.replace(f'model = "{DEFAULT}"', 'model = "t-one"'), encoding="utf-8")
    assert "sherpa" not in ivr(home, "check").stderr
    monkeypatch.setattr("robot.hearing.sherpa.installed", lambda: False)
    checked = ivr(home, "check")
    assert checked.exit_code == 1
    assert "hearing.model" in checked.stderr
    assert "pip install" in checked.stderr


def test_calibrating_writes_a_table_beside_the_model(home: Path, tmp_path: Path) -> None:
    model = tones.make_model(home / "var" / "models" / "tones")
    clips = _set_of_tones(tmp_path / "clips")
    done = ivr(home, "models", "calibrate", "tones", "--set", str(clips), "--condition", "clean", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["file"] == str(model / FILE)
    assert calibration_of(model).measured == "tones: clean"
    shown = ivr(home, "models", "calibrate", "tones", "--set", str(clips), "--condition", "clean")
    assert "mean error before" in shown.stdout
    refused = ivr(home, "models", "calibrate", "--set", str(clips))
    assert refused.exit_code == 1
    assert "comes with its table" in refused.stderr
    other = home / "mine.json"
    assert ivr(home, "models", "calibrate", "--set", str(clips), "--to", str(other)).exit_code == 0
    assert other.exists()
    assert ivr(home, "models", "calibrate", "--set", str(clips), "--condition", "thunder").exit_code == 2
    assert ivr(home, "models", "calibrate", "tones", "--set", str(home / "none")).exit_code == 1


def _set_of_tones(folder: Path) -> Path:
    from robot.hearing.bench.alaw import write

    (folder / "clips").mkdir(parents=True)
    (folder / "grammars").mkdir()
    (folder / "set.json").write_text('{"name": "tones"}')
    (folder / "grammars" / "yes_no.txt").write_text("да\tyes\nнет\tno\n", encoding="utf-8")
    rows = ["file\tkind\tvoice\tgrammar\ttext"]
    for place, word in enumerate(["да", "нет"]):
        write(folder / "clips" / f"{place}.wav", tones.say(0.3, word, 0.3))
        rows.append(f"clips/{place}.wav\tyes\ttones\tyes_no\t{word}")
    (folder / "clips.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
