"""What is said to somebody else is no part of the conversation with the caller."""

from pathlib import Path

from ivr.call.model import Prompt
from ivr.channels.voicing import Voicing
from ivr.errors import VoiceFailed
from ivr.live import Announcing
from ivr.ports import Clip


class Voice:
    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        if prompt.name == "mute":
            raise VoiceFailed("no sound")
        return Clip(Path(f"/sounds/{prompt.name}.wav"), f"Слова {prompt.name}", 1.0)


async def test_only_what_the_caller_hears_is_announced() -> None:
    announced: list[str] = []
    voicing = Voicing(Announcing(Voice(), lambda prompt, words: announced.append(prompt.name)), aside=Voice())
    whispered = await voicing.clip_aside(Prompt("whisper"))
    said = await voicing.clip(Prompt("greeting"), talk=True)
    assert whispered is not None
    assert said is not None
    assert announced == ["greeting"]
    assert await voicing.clip_aside(Prompt("mute")) is None
