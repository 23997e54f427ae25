"""Installing models: from files and from a server on the loopback, whole and in every way broken."""

import errno
import hashlib
import io
import json
import os
import shutil
import stat
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.bringup.progress import Silent
from robot.hearing.folders import DEFAULT, INSTALLED, find
from robot.hearing.installing import CannotInstall, Installed, Source, fetching, install, source_of, unpacking
from robot.hearing.installing.checksum import given, listed
from robot.hearing.installing.fetching import Patience
from robot.hearing.trying import TrialFailed, try_apart
from tests.hearing.model_server import Folder, serving

install_module = sys.modules["robot.hearing.installing.install"]
QUICK = Patience(connect=2.0, silent=0.4, tries=3, pause=0.0)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as folder:
        yield folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "var" / "models"


@pytest.fixture(scope="session")
def packed(tone_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The tone model as an archive of that suffix, in a folder of its name, as publishers pack them."""
    place = tmp_path_factory.mktemp("archives")

    def pack(suffix: str) -> Path:
        file = place / f"tones-ru-0.1{suffix}"
        if not file.exists():
            if suffix == ".zip":
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    for path in sorted(tone_model.rglob("*")):
                        archive.write(path, Path("tones-ru-0.1") / path.relative_to(tone_model))
            else:
                mode = {".tar": "w", ".tar.gz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}[suffix]
                with tarfile.open(file, mode) as archive:
                    archive.add(tone_model, "tones-ru-0.1")
        return file

    return pack


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(source: Source, models: Path, checksum: str = "") -> Installed:
    return install(source, models, checksum, Silent(), QUICK)


def refused(source: Source, models: Path, checksum: str = "", *, match: str) -> CannotInstall:
    """What is said; and nothing is installed nor left, but for the hidden download."""
    with pytest.raises(CannotInstall, match=match) as failure:
        put(source, models, checksum)
    left = {path.name for path in models.iterdir()} - {".downloads"} if models.exists() else set()
    assert not left
    return failure.value


def archive_of(models: Path, members: dict[str, bytes]) -> Source:
    """A zip with these files, its checksum beside it."""
    models.parent.mkdir(parents=True, exist_ok=True)
    file = models.parent / "made.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return with_checksum(file)


def taped(models: Path, *members: tarfile.TarInfo) -> Source:
    models.parent.mkdir(parents=True, exist_ok=True)
    file = models.parent / "made.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return with_checksum(file)


def with_checksum(file: Path) -> Source:
    file.with_name(file.name + ".sha256").write_text(f"{sha256(file.read_bytes())}  {file.name}\n")
    return source_of(str(file), base_url="")


# ── from files ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_a_file_of_any_kind_is_installed_and_can_be_used(
    packed: Callable[[str], Path], models: Path, suffix: str
) -> None:
    file = packed(suffix)
    done = put(source_of(str(file), base_url=""), models, sha256(file.read_bytes()).upper())
    assert done.model.name == "tones-ru-0.1"
    assert find("tones-ru-0.1", models, models).path == done.model.path
    assert not done.already
    assert not done.beside
    about = json.loads((done.model.path / INSTALLED).read_text())
    assert about["source"] == str(file)
    assert about["sha256"] == sha256(file.read_bytes())
    assert stat.S_IMODE(done.model.path.stat().st_mode) == 0o755
    assert [path.name for path in models.iterdir() if path.name != ".downloads"] == ["tones-ru-0.1"]
    again = put(source_of(str(file), base_url=""), models, sha256(file.read_bytes()))
    assert again.already


def test_a_checksum_beside_the_file_is_taken(packed: Callable[[str], Path], models: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(packed(".zip"), tmp_path / "copy.zip"))
    refused(source_of(str(file), base_url=""), models, match="no checksum for copy.zip")
    assert put(with_checksum(file), models).beside


def test_a_wrong_checksum_installs_nothing(packed: Callable[[str], Path], models: Path) -> None:
    file = packed(".zip")
    refused(source_of(str(file), base_url=""), models, sha256(b"other"), match="is not what the checksum is of")
    assert file.exists(), "the administrator's file is not ours to remove"


def test_a_name_that_is_taken_is_left_alone(packed: Callable[[str], Path], models: Path) -> None:
    file = packed(".zip")
    mine = models / "tones-ru-0.1" / "mine"
    mine.mkdir(parents=True)
    with pytest.raises(CannotInstall, match="is there already"):
        put(source_of(str(file), base_url=""), models, sha256(file.read_bytes()))
    assert mine.is_dir()
    done = put(source_of(str(file), base_url="", name="other"), models, sha256(file.read_bytes()))
    assert done.model.path == (models / "other").resolve()
    with pytest.raises(CannotInstall, match="a model that ships"):
        put(source_of(str(file), base_url="", name=DEFAULT), models, sha256(file.read_bytes()))


# ── archives that want harm, and broken ones ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["../evil", "model/../../evil", "/etc/evil", "a\\..\\evil", "C:evil", "model/\x07", "..", "a" * 300]
)
def test_names_that_lead_elsewhere_are_refused(models: Path, name: str) -> None:
    refused(archive_of(models, {name: b"x"}), models, match="leads out of its folder")
    member = tarfile.TarInfo(name)
    refused(taped(models, member), models, match="leads out of its folder")
    assert not (models.parent / "evil").exists()


def test_links_and_devices_are_refused(models: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        member = tarfile.TarInfo("model/am")
        member.type, member.linkname = kind, "/etc"
        refused(taped(models, member), models, match="no plain file")
    link = zipfile.ZipInfo("model/am")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    file = models.parent / "links.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(link, "/etc")
    refused(with_checksum(file), models, match="no plain file")


def test_bombs_are_refused_before_they_fill_the_disk(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "ALWAYS", 1_000_000)
    refused(archive_of(models, {"model/am/final.mdl": bytes(5_000_000)}), models, match="no model is packed so")
    big = tarfile.TarInfo("model/am/final.mdl")
    big.size = 5_000_000
    refused(taped(models, big), models, match="no model is packed so")
    monkeypatch.setattr(unpacking, "MOST_FILES", 50)
    refused(archive_of(models, {f"model/{n}": b"" for n in range(60)}), models, match="more than 50 files")


def test_what_has_no_room_is_refused(
    packed: Callable[[str], Path], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = packed(".zip")
    usage = shutil.disk_usage(models.parent.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=unpacking.SPARE + 1000))
    refused(source_of(str(file), base_url=""), models, sha256(file.read_bytes()), match="are free there")


def test_a_disk_that_is_full_leaves_nothing(
    packed: Callable[[str], Path], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = packed(".tar.gz")
    opened, writes = Path.open, [3]

    def full(self: Path, mode: str = "r", **more: object) -> object:
        if mode == "xb":
            writes[0] -= 1
            if writes[0] == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
        return opened(self, mode, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    refused(source_of(str(file), base_url=""), models, sha256(file.read_bytes()), match="no space is left")


DAMAGE = [
    (suffix, how)
    for suffix in (".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz")
    for how in ("cut", "flipped", "rubbish", "empty")
    if (suffix, how) != (".tar", "flipped")  # a plain tar tells no damage: that is what the checksum is for
]


@pytest.mark.parametrize(("suffix", "how"), DAMAGE)
def test_damaged_archives_leave_nothing(
    packed: Callable[[str], Path], models: Path, tmp_path: Path, suffix: str, how: str
) -> None:
    whole = packed(suffix).read_bytes()
    middle = len(whole) // 2
    data = {
        "cut": whole[:middle],
        "flipped": whole[:middle] + bytes(byte ^ 0x55 for byte in whole[middle : middle + 200]) + whole[middle + 200 :],
        "rubbish": os.urandom(3000),
        "empty": b"",
    }[how]
    file = tmp_path / f"damaged{suffix}"
    file.write_bytes(data)
    refused(with_checksum(file), models, match="damaged|there is no model")


def test_archives_without_a_model_and_with_several(tone_model: Path, models: Path) -> None:
    refused(archive_of(models, {"readme/words.txt": b"x"}), models, match="there is no model in made.zip")
    two = {
        f"{name}/{path.relative_to(tone_model)}": path.read_bytes()
        for name in ("one", "two")
        for path in tone_model.rglob("*")
        if path.is_file()
    }
    refused(archive_of(models, two), models, match="several models")


def test_a_model_that_cannot_be_loaded_is_not_installed(tone_model: Path, models: Path) -> None:
    members = {str(path.relative_to(tone_model)): path.read_bytes() for path in tone_model.rglob("*") if path.is_file()}
    refused(archive_of(models, {**members, "am/final.mdl": b"\0Bnothing"}), models, match="the model cannot be used")


def test_a_trial_that_ends_the_process_or_takes_too_long(tone_model: Path, tmp_path: Path) -> None:
    with pytest.raises(TrialFailed, match=r"within 0 s"):
        try_apart(tone_model, 0.01)
    with pytest.raises(TrialFailed, match="no model for Vosk"):
        try_apart(tmp_path)


def test_left_overs_of_killed_commands_go_after_a_day(packed: Callable[[str], Path], models: Path) -> None:
    old, young = models / ".tones.abc.unpacking", models / ".tones.def.unpacking"
    for left in (old, young):
        left.mkdir(parents=True)
    os.utime(old, (0, 0))
    put(source_of(str(packed(".zip")), base_url=""), models, sha256(packed(".zip").read_bytes()))
    assert not old.exists()
    assert young.exists()


# ── from a server ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def hosted(server: Folder, packed: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Source:
    """The archive on the server, its checksum beside it. It is not tried each time: that is for the files above."""
    monkeypatch.setattr(install_module, "try_apart", lambda _: "")
    data = packed(".zip").read_bytes()
    server.files = {"/a/tones-ru-0.1.zip": data, "/a/tones-ru-0.1.zip.sha256": f"{sha256(data)}\n".encode()}
    return source_of(f"{server.url}/a/tones-ru-0.1.zip", base_url="")


def archives(server: Folder) -> list[str]:
    """The ranges that were asked for."""
    return [wanted for path, wanted in server.asked if not path.endswith(".sha256")]


def test_it_is_fetched_with_its_checksum(server: Folder, hosted: Source, models: Path) -> None:
    done = put(hosted, models)
    assert done.beside
    assert done.model.name == "tones-ru-0.1"
    assert archives(server) == [""]
    assert not list((models / ".downloads").iterdir())


def test_a_server_that_does_not_tell_the_length(server: Folder, hosted: Source, models: Path) -> None:
    server.tell_length = False
    put(hosted, models)


def test_broken_off_it_goes_on_where_it_stopped(server: Folder, hosted: Source, models: Path) -> None:
    size = len(server.files["/a/tones-ru-0.1.zip"])
    server.tricks = ["cut:1000", "cut:500", "503"]
    put(hosted, models)
    assert archives(server) == ["", "bytes=1000-", "bytes=1500-", "bytes=1500-"]
    assert server.sent == size + len(server.files["/a/tones-ru-0.1.zip.sha256"])


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(server: Folder, hosted: Source, models: Path) -> None:
    server.tricks = ["cut:2000", "503", "503", "503"]
    failure = refused(hosted, models, match="503")
    assert failure.unreachable
    assert "goes on" in failure.hint
    server.asked.clear()
    put(hosted, models)
    assert archives(server) == ["bytes=2000-"]


@pytest.mark.parametrize("tag", ['"2"', ""])
def test_another_version_on_the_server_comes_anew(server: Folder, hosted: Source, models: Path, tag: str) -> None:
    server.tricks = ["cut:2000", "503", "503", "503"]
    refused(hosted, models, match="503")
    server.tag = tag
    put(hosted, models)


def test_a_server_that_tells_no_version_is_not_asked_for_parts(server: Folder, hosted: Source, models: Path) -> None:
    server.tag = ""
    server.tricks = ["cut:2000"]
    put(hosted, models)
    assert archives(server) == ["", ""]


def test_another_part_than_was_asked_for_is_not_taken(server: Folder, hosted: Source, models: Path) -> None:
    server.tricks = ["cut:2000", "other-part"]
    put(hosted, models)
    assert archives(server) == ["", "bytes=2000-", ""]


def test_what_was_fetched_whole_is_not_fetched_again(
    server: Folder, hosted: Source, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(unpacking, "SPARE", 10**18)
        refused(hosted, models, match="are free")
    server.asked.clear()
    put(hosted, models)
    assert archives(server) == []


def test_a_stalling_server_is_given_up(server: Folder, hosted: Source, models: Path) -> None:
    server.tricks = ["stall:0"] * 9
    assert refused(hosted, models, match="does not answer in time").unreachable


def test_a_server_that_is_not_there(models: Path, server: Folder) -> None:
    source = source_of("http://127.0.0.1:1/a/model.zip", base_url="")
    assert refused(source, models, match="127.0.0.1").unreachable
    assert refused(source, models, "0" * 64, match="127.0.0.1").unreachable


def test_what_is_not_there_is_not_asked_for_again(server: Folder, models: Path) -> None:
    source = source_of(f"{server.url}/a/model.zip", base_url="")
    assert "--sha256" in refused(source, models, match="no checksum for model.zip").hint
    server.asked.clear()
    assert refused(source, models, "0" * 64, match="404").unreachable
    assert len(server.asked) == 1


def test_another_archive_than_the_checksums_is_removed(server: Folder, hosted: Source, models: Path) -> None:
    refused(hosted, models, sha256(b"other"), match="is not what the checksum is of")
    assert not list((models / ".downloads").iterdir())


def test_too_much_is_not_fetched(server: Folder, hosted: Source, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 3000)
    refused(hosted, models, match="more than 0 GB")
    server.tell_length = False
    refused(hosted, models, match="more than 0 GB")


def test_two_commands_do_not_write_one_file(hosted: Source, models: Path) -> None:
    target = models / ".downloads" / "tones-ru-0.1"
    target.parent.mkdir(parents=True)
    with fetching._locked(target):
        refused(hosted, models, match="another command is fetching it")


# ── names and checksums ─────────────────────────────────────────────────────────────────────────────────────────────


def test_known_names_are_fetched_from_the_folder_of_the_settings() -> None:
    source = source_of("vosk-model-small-ru-0.22", base_url="https://models.local/vosk/")
    assert source == Source("vosk-model-small-ru-0.22", url="https://models.local/vosk/vosk-model-small-ru-0.22.zip")
    with pytest.raises(CannotInstall, match="not known") as failure:
        source_of("vosk-model-small-ru-0.22", base_url="")
    assert "models_url" in failure.value.hint


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("vosk-model-small-ru-0.21", "did you mean vosk-model-small-ru-0.22"),
        ("model", "no model 'model'"),
        ("none/model.zip", "no file"),
        ("ftp://models.local/model.zip", "no address"),
        ("https://models.local/", "cannot be a model's name"),
        ("https://models.local/%D0%B0.zip", "cannot be a model's name"),
        ("https://models.local/.hidden.zip", "cannot be a model's name"),
    ],
)
def test_what_cannot_be_meant_is_said(wanted: str, why: str) -> None:
    with pytest.raises(CannotInstall, match=why):
        source_of(wanted, base_url="https://models.local")


def test_what_is_secret_in_an_address_is_not_shown(server: Folder, hosted: Source, models: Path) -> None:
    address = server.url.replace("http://", "http://me:secret@")
    source = source_of(f"{address}/a/tones-ru-0.1.zip?token=secret", base_url="")
    done = put(source, models)
    assert "secret" not in (done.model.path / INSTALLED).read_text()
    assert [path for path, _ in server.asked] == [
        "/a/tones-ru-0.1.zip.sha256?token=secret", "/a/tones-ru-0.1.zip?token=secret",
    ]  # fmt: skip
    for wanted in (f"{address}/a/b.zip?token=secret", "ftp://me:secret@models.local/a.zip"):
        with pytest.raises(CannotInstall) as failure:
            put(source_of(wanted, base_url=""), models, "0" * 64)
        assert "secret" not in f"{failure.value}{failure.value.hint}"


def test_checksums_as_they_are_written() -> None:
    one, other = "ab" * 32, "cd" * 32
    assert given(f" SHA256:{one.upper()}\n") == one
    assert listed(f"{other}  b.zip\n{one} *dir/a.zip\n", "a.zip") == one
    assert listed(one, "a.zip") == one
    for text in ("", f"{other}  b.zip", f"{one}\n{other}\n", "no checksum at all"):
        with pytest.raises(CannotInstall, match=r"does not list a\.zip"):
            listed(text, "a.zip")
    with pytest.raises(CannotInstall, match="no SHA-256"):
        given("d41d8cd98f00b204e9800998ecf8427e")
