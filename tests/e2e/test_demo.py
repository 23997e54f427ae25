"""``ivr demo`` as a process of its own: it starts a hotline, a caller and an operator talk, and it stops everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asterisk_server import CHECKOUT, program_tree
from hearing import first_sound, load

from ivr.settings import Settings, load_settings

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]


@pytest.fixture
def instance(tmp_path: Path) -> Settings:
    """An instance with the example grid; it takes free ports where the usual ones are in use."""
    program_tree("testcallers")
    home = tmp_path / "instance"
    (home / "var").mkdir(parents=True)
    for name in ("prompts", "asterisk-conf", "var/trees", "var/prompts", "var/sounds"):
        (home / name).symlink_to(CHECKOUT / name)
    (home / "dialplans").mkdir()
    for file in (CHECKOUT / "dialplans").glob("*.yaml"):
        (home / "dialplans" / file.name).write_text(file.read_text("utf-8"), "utf-8")
    text = "[line]\nexample = true\ndrain_seconds = 1\n[agi]\nport = 0\n[ami]\nport = 0\n[asterisk]\nsip_port = 0\n"
    (home / "ivr.toml").write_text(text, encoding="utf-8")
    return load_settings(home, environ={})


def demo(instance: Settings, scene: str) -> tuple[int, list[dict[str, Any]], str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    done = subprocess.run(
        [sys.executable, "-m", "ivr", "demo", "--scene", scene, "--json"],
        cwd=instance.home,
        env=env | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else [], done.stderr


def test_an_operator_takes_a_scripted_callers_call(instance: Settings) -> None:
    code, played, errors = demo(instance, "operator")
    assert code == 0, errors
    (call,) = played
    assert (call["ok"], call["why"]) == (True, "")
    said = [line["prompt"] for line in call["lines"] if line["who"] == "robot"]
    assert said == ["greeting", "recording_notice", "menu_main", "account_ask", "transfer_to_operator"]
    heard = [line["text"] for line in call["lines"] if line["who"] == "caller"]
    assert [text.partition("»")[0] for text in heard] == ["«здравствуйте у нас света нет", "«соедините с оператором"]
    assert len(call["answers"]) == 2
    assert max(call["answers"]) < 2.0
    order = [line["who"] for line in call["lines"]]
    assert order.index("queue") < order.index("operator") < order.index("end")
    assert call["lines"][0]["text"].startswith("from +7***")
    assert call["first_sound"] <= 1.0
    recording = load(Path(call["wav"]))
    assert first_sound(recording, after=call["lines"][order.index("operator")]["at"] + 0.3) is not None
    assert not instance.control_socket.exists()
    assert not (instance.var / "asterisk" / "server.json").exists()


def test_a_call_that_strays_is_named_and_fails(instance: Settings) -> None:
    plan = instance.dialplans / "hotline.yaml"
    text = plan.read_text("utf-8")
    changed = text.replace("prompt: recording_notice", "prompt: goodbye", 1)
    assert changed != text
    plan.write_text(changed, "utf-8")
    code, (call,), errors = demo(instance, "known_outage")
    assert code == 1, errors
    assert call["why"].startswith("step 2 of 8: expected the robot to say recording_notice; the robot says goodbye («")
    assert call["lines"][-1]["who"] == "end", "the record of a call that went astray can be read"
    assert not call["ok"]
