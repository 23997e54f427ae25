"""Phones and addresses lie in the database: nobody but its owner may read it."""

from pathlib import Path

from ivr.store import Store
from ivr.store.database import make_private


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


def test_a_new_database_and_what_lies_beside_it_are_their_owners(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "var" / "ivr.db")
    assert modes(tmp_path / "var") == dict.fromkeys(("ivr.db", "ivr.db-wal", "ivr.db-shm"), 0o600)
    store.close()


def test_one_that_was_open_to_all_is_closed_to_others_and_keeps_what_is_in_it(tmp_path: Path) -> None:
    for name in ("ivr.db", "ivr.db-wal"):
        (tmp_path / name).write_text("kept")
        (tmp_path / name).chmod(0o644)
    make_private(tmp_path / "ivr.db")
    assert modes(tmp_path) == {"ivr.db": 0o600, "ivr.db-wal": 0o600}
    assert (tmp_path / "ivr.db").read_text() == "kept"
