"""What is obeyed at every step: danger and a person leave the script, «повторите» and «подождите» do not."""

from typing import Any

from ivr.call.errands import Now
from ivr.call.listening import LONG_WAIT_S, MOST_REPEATS, WAITING, Left, Meant, listening_for
from ivr.call.model import NoInput, Outcome, Prompt, Told, Utterance
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Ask, Note, Reply, Say

MEANINGS = {"искрит": Meant.DANGER, "оператор": Meant.PERSON, "повторите": Meant.REPEAT, "подождите": Meant.WAIT}
LEAVES = frozenset({Meant.DANGER, Meant.PERSON})
TIME, MORE, OTHER = Prompt("time"), Prompt("more"), Prompt("other")


async def tells() -> Outcome:
    await Say(TIME)
    try:
        answer = await Ask(MORE)
    except CallerHungUp:
        await Note("the caller heard the time")
        return Told("time")
    await Say(OTHER)
    return Told(str(answer))


def held(*replies: Any, script: Any = tells, leaves: frozenset[Meant] = LEAVES) -> tuple[list[Any], Any]:
    steps = listening_for(script(), MEANINGS.get, leaves)
    verbs, reply, queue = [], None, iter(replies)
    try:
        while True:
            verb = steps.send(reply)
            verbs.append(verb)
            reply = Reply(None) if isinstance(verb, Note) else next(queue)
    except StopIteration as end:
        return verbs, end.value


def prompts(verbs: list[Any]) -> list[Prompt]:
    return [verb.prompt for verb in verbs if isinstance(verb, Say | Ask)]


def test_an_answer_that_means_nothing_special_reaches_the_script() -> None:
    verbs, end = held(Reply(None), Reply(Utterance("да")), Reply(None))
    assert prompts(verbs) == [TIME, MORE, OTHER]
    assert end == Told(str(Utterance("да")))


def test_danger_in_the_middle_of_a_sentence_ends_the_script() -> None:
    verbs, end = held(Reply(None, (Utterance("искрит"),)))
    assert prompts(verbs) == [TIME]
    assert end == Left(Meant.DANGER)


def test_a_script_that_is_left_may_write_but_says_nothing() -> None:
    verbs, end = held(Reply(None), Reply(Utterance("оператор")))
    assert prompts(verbs) == [TIME, MORE]
    assert Note("the caller heard the time") in verbs
    assert end == Left(Meant.PERSON)


def test_what_is_most_urgent_wins() -> None:
    _, end = held(Reply(None, (Utterance("оператор"), Utterance("искрит"))))
    assert end == Left(Meant.DANGER)


def test_repeat_after_a_question_says_what_was_told_before_it_again() -> None:
    verbs, _ = held(Reply(None), Reply(Utterance("повторите")), Reply(None), Reply(NoInput()), Reply(None))
    assert prompts(verbs) == [TIME, MORE, TIME, MORE, OTHER]


def test_repeat_has_an_end() -> None:
    again = [Reply(None), Reply(Utterance("повторите"))]
    verbs, end = held(*(again * (MOST_REPEATS + 1)), Reply(None))
    assert prompts(verbs) == [TIME, MORE] * (MOST_REPEATS + 1) + [OTHER]
    assert end == Told(str(Utterance("повторите")))


def test_a_sentence_may_be_repeated_while_it_is_said() -> None:
    verbs, _ = held(Reply(None, (Utterance("повторите"),)), Reply(None), Reply(Utterance("да")), Reply(None))
    assert prompts(verbs) == [TIME, TIME, MORE, OTHER]


def test_a_caller_who_asks_for_time_gets_it_once() -> None:
    verbs, end = held(Reply(None), Reply(Utterance("подождите")), Reply(Utterance("да")), Reply(None))
    assert prompts(verbs) == [TIME, MORE, WAITING, OTHER]
    assert verbs[2].wait == LONG_WAIT_S
    assert end == Told(str(Utterance("да")))


def test_whoever_has_waited_and_wants_it_again_hears_the_question_and_not_the_waiting() -> None:
    verbs, _ = held(
        Reply(None),
        Reply(Utterance("подождите")),
        Reply(Utterance("повторите")),
        Reply(None),
        Reply(NoInput()),
        Reply(None),
    )
    assert prompts(verbs) == [TIME, MORE, WAITING, TIME, MORE, OTHER]


def test_a_sentence_that_was_cut_by_the_wish_to_wait_is_said_after_it() -> None:
    verbs, end = held(
        Reply(None, (Utterance("подождите"),)), Reply(Utterance("готова")), Reply(None), Reply(NoInput()), Reply(None)
    )
    assert prompts(verbs) == [TIME, WAITING, TIME, MORE, OTHER]
    assert end == Told(str(NoInput()))


def test_what_is_told_in_danger_is_not_lost_to_words_of_danger_and_said_again_once() -> None:
    cut = Reply(None, (Utterance("искрит"),))
    verbs, _ = held(cut, cut, Reply(NoInput()), Reply(None), leaves=frozenset())
    assert prompts(verbs) == [TIME, TIME, MORE, OTHER]


async def looks() -> Outcome:
    moment = await Now()
    await Note(f"known since {moment}")
    await Say(TIME)
    return Told("time")


def test_danger_during_an_errand_waits_for_its_answer_and_no_longer() -> None:
    verbs, end = held(Reply("noon", (Utterance("искрит"),)), script=looks)
    assert verbs == [Now(), Note("known since noon")]
    assert end == Left(Meant.DANGER)


async def only_looks() -> Outcome:
    await Now()
    return Told("nothing")


def test_danger_during_the_last_errand_is_not_lost() -> None:
    assert held(Reply("noon", (Utterance("оператор"),)), script=only_looks) == ([Now()], Left(Meant.PERSON))


def test_other_words_during_an_errand_change_nothing() -> None:
    verbs, end = held(Reply("noon", (Utterance("повторите"),)), Reply(None), script=looks)
    assert prompts(verbs) == [TIME]
    assert end == Told("time")
