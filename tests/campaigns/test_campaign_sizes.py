"""The size that campaigns are made for: 200,000 contacts of a list, taken in, stored and looked at."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ivr.store import Store

CONTACTS = 200_000
SECONDS = 20.0


@pytest.mark.full
def test_two_hundred_thousand_contacts_in_twenty_seconds(tmp_path: Path) -> None:
    (tmp_path / "ivr.toml").write_text("")
    Store.open(tmp_path / "var" / "ivr.db").close()
    file = tmp_path / "list.csv"
    regions = ("36", "Тверская обл.", "66")
    rows = (f"8 (900) {at:07};{regions[at % 3]};ул. Мира, {at % 300}\n" for at in range(CONTACTS))
    file.write_text("Телефон;Регион;Адрес\n" + "".join(rows), "utf-8")
    command = ("campaign", "create", "--kind", "planned", "--list", str(file), "--json", "--set-aside", "consent")
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "ivr", *command, "--approved-by", "Петров", "--home", str(tmp_path)],
        capture_output=True, text=True, timeout=110, check=True, env={**os.environ, "IVR_HOME": str(tmp_path)},
    )  # fmt: skip
    assert json.loads(done.stdout)["reachable"] == CONTACTS
    assert time.monotonic() - begun <= SECONDS
