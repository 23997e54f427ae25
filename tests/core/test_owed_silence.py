"""What a caller is owed a sound for: from the end of their words or keys to our next sound, also after barge-in."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ivr.call.model import Call, CallRecord, Digits, Ended, Outcome, Prompt, TransferResult, Utterance
from ivr.call.verbs import Ask, Say, Transfer
from ivr.ports import Asked, Said
from ivr.runner import Runner
from tests.fakes import FakeJournal

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
SPOKEN = Utterance("да", 0.9)


@dataclass
class Line:
    """A caller whose answer to a question has ended three seconds ago, and whose words into a sentence two."""

    says: tuple[Utterance | Digits, ...] = ()
    cut: bool = False
    hung_up: list[str] = field(default_factory=list)

    async def say(self, say: Say) -> Said:
        now = time.monotonic()
        return Said(now, "a sentence", self.says, cut=self.cut, answered_at=now - 2.0 if self.says else None)

    async def ask(self, ask: Ask) -> Asked:
        now = time.monotonic()
        return Asked(now, "a question", SPOKEN, now - 3.0, cut=self.cut)

    async def transfer(self, transfer: Transfer) -> TransferResult:
        raise AssertionError

    async def hang_up(self) -> None:
        self.hung_up.append("robot")


async def held(line: Line, *verbs: Say | Ask) -> CallRecord:
    async def script() -> Outcome:
        for verb in verbs:
            await verb
        return Ended("end")

    journal = FakeJournal()
    await Runner({}, journal, lambda: NOW).run_call(Call("c1", None, "8800", NOW), script, line)
    (record,) = journal.ended
    return record


def owed(record: CallRecord) -> list[float]:
    return [round(entry.owed_silence, 1) for entry in record.entries if entry.owed_silence is not None]


async def test_after_an_answer_in_words_it_counts_from_their_end() -> None:
    assert owed(await held(Line(), Ask(Prompt("q")), Say(Prompt("a")))) == [0.0, 3.0]


async def test_after_words_into_a_sentence_it_counts_from_their_end() -> None:
    spoken = await held(Line((SPOKEN,), cut=True), Say(Prompt("a")), Say(Prompt("b")))
    assert owed(spoken) == [0.0, 2.0]
    assert spoken.longest_owed_silence > 1.9
    assert owed(await held(Line(), Say(Prompt("a")), Say(Prompt("b")))) == [0.0, 0.0]


async def test_that_our_words_were_cut_is_in_the_record() -> None:
    for cut in (True, False):
        record = await held(Line((SPOKEN,), cut=cut), Say(Prompt("a")), Ask(Prompt("q")))
        assert [entry.cut for entry in record.entries] == [cut, cut]
