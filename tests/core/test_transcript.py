from datetime import UTC, datetime, timedelta

from ivr.call.errands import OpenTicket, Ticket, Unavailable
from ivr.call.journal import Unknown, encode
from ivr.call.model import (
    Call,
    CallRecord,
    Connected,
    Digits,
    Entry,
    HungUp,
    NoInput,
    NoMatch,
    OutcomeClass,
    Prompt,
    Speech,
    Told,
    Unanswered,
    Utterance,
)
from ivr.call.verbs import Ask, Enter, Note, Say, Transfer
from ivr.store.transcript import Line, brief, heard, masked, reasons, transcript

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
CALL = Call("c1", "+79001231234", "88002200220", NOW)
POINT = Unknown("ServicePoint", (("id", "p1"), ("phones", ("+79001231234",)), ("house", "5"), ("res", "Льгов")))
RECORD = CallRecord(
    CALL,
    "v1",
    Told("planned"),
    NOW + timedelta(seconds=30),
    (
        Entry(0, 0.0, 0.0, Enter("menu"), None),
        Entry(1, 0.1, 3.0, Ask(Prompt("menu")), Digits("1"), said="Нажмите один.", owed_silence=0.4),
        Entry(3, 4.1, 2.0, Say(Prompt("one_moment")), None, said="Одну минуту."),
        Entry(2, 3.1, 3.0, Unknown("FindServicePoints", (("phone", "+79001231234"),)), (POINT,)),
        Entry(4, 6.2, 1.0, Note("the caller +79001231234 is known"), None),
        Entry(5, 7.2, 0.1, OpenTicket("c1", "no_power", "+79001231234", "нет света", address="ул. Ленина, 5"),
              Ticket(100001, NOW, "no_power", "open")),
        Entry(6, 8.0, 20.0, Transfer("operators", priority=10), Unanswered("TIMEOUT")),
        Entry(7, 28.0, 1.0, Ask(Prompt("account"), most=10), Digits("3612345678"), said="Счёт?", owed_silence=2.5),
    ),
)  # fmt: skip


def test_the_transcript_is_in_order_of_time_with_owed_silence() -> None:
    assert transcript(RECORD, full=False) == (
        Line(0.1, "robot", "Нажмите один.", 0.4),
        Line(3.1, "caller", "[1]"),
        Line(4.1, "robot", "Одну минуту."),
        Line(8.0, "transfer", "to the queue operators, priority 10: nobody answered (TIMEOUT)"),
        Line(28.0, "robot", "Счёт?", 2.5),
        Line(29.0, "caller", "[***78] (10 keys)"),
    )
    assert transcript(RECORD, full=True)[-1].text == "[3612345678]"


def test_hanging_up_is_told_of_whatever_it_came_in() -> None:
    verbs = (Say(Prompt("greeting")), Ask(Prompt("menu")), Transfer("operators"))
    for verb, said in zip(verbs, ("Здравствуйте", "Нажмите один.", ""), strict=True):
        entries = (Entry(0, 1.0, 2.0, verb, HungUp(), said=said),)
        record = CallRecord(CALL, "v1", Told("planned"), NOW + timedelta(seconds=3), entries)
        for lines in (transcript(record, full=False), reasons(record, OutcomeClass.SERVED, full=False)):
            assert any("hangs up" in line.text for line in lines), lines
        if said:
            assert transcript(record, full=False) == (Line(1.0, "robot", said), Line(3.0, "caller", "hangs up"))


def test_reasons_tell_nodes_notes_errands_and_the_end() -> None:
    lines = reasons(RECORD, OutcomeClass.SERVED, full=False)
    assert [line.who for line in lines] == [
        "node", "asked", "said", "errand", "because", "errand", "transfer", "asked", "end",
    ]  # fmt: skip
    assert lines[3].text == "FindServicePoints(phone=***) → [ServicePoint(id=p1, phones=***, house=***, res=Льгов)]"
    assert lines[4].text == "the caller +7***1234 is known"
    assert lines[-1].text == "Told(what=planned), counted as served"


def test_nothing_personal_is_left_unless_asked_for() -> None:
    for text in (str(reasons(RECORD, OutcomeClass.SERVED, full=False)), str(masked(encode(RECORD)))):
        assert "9001231234" not in text
        assert "Ленина" not in text
        assert "3612345678" not in text
    full = str(reasons(RECORD, OutcomeClass.SERVED, full=True))
    assert "+79001231234" in full
    assert "Ленина" in full


def test_what_lies_deep_is_only_named() -> None:
    def box(name: str, **fields: object) -> Unknown:
        return Unknown(name, tuple(fields.items()))

    deep = box("A", b=box("B", c=(box("C", id="c1", more=1), box("D", x=1))))
    assert brief(deep, full=True) == "A(b=B(c=[C(c1), D(…)]))"


def test_answers_as_people_write_them() -> None:
    assert heard(Utterance("света нет", 0.81), full=False) == "«света нет» (0.81)"
    assert heard(Utterance("да"), full=False) == "«да»"
    assert heard(NoInput(), full=False) == "(silence)"
    assert heard(NoMatch("шум"), full=True) == "(not understood: шум)"
    assert heard(NoMatch("шум"), full=False) == "(not understood)"


def test_a_talk_with_a_person_is_told() -> None:
    entry = Entry(0, 1.0, 72.0, Transfer("operators"), Connected(12.0, 60.0))
    record = CallRecord(CALL, "v1", Told(), NOW, (entry,))
    assert transcript(record, full=False)[0].text == (
        "to the queue operators: a person answered after 12 s and talked for 60 s"
    )


def test_what_the_operators_side_was_told_is_masked_in_json() -> None:
    told = (("reason", "Нет света"), ("address", "ул. Ленина, 5"), ("words", "меня зовут анна"), ("name", "Ленина 5"))
    whisper = (Prompt("whisper_place", place="ул. Ленина, 5"),)
    shown = str(masked(encode(Transfer("operators", context=told, whisper=whisper))))
    assert "Нет света" in shown
    assert "ул. Ленина, ***" in shown
    assert "анна" not in shown
    assert "Ленина 5" not in shown


def test_the_callers_words_in_a_ticket_are_not_shown() -> None:
    opened = Entry(0, 1.0, 0.1, OpenTicket("c1", "theft", None, "theft", words="сосед иванов"), Unavailable("busy"))
    record = CallRecord(CALL, "v1", Told(), NOW, (opened,))
    assert "иванов" not in str(reasons(record, OutcomeClass.SERVED, full=False)) + str(masked(encode(opened)))
    assert "иванов" in str(reasons(record, OutcomeClass.SERVED, full=True))


def test_a_sentence_with_an_address_or_an_account_is_not_shown_in_words() -> None:
    entries = (
        Entry(
            0, 1.0, 2.0, Say(Prompt("outage_none_known", place="ул. Ленина, 5")), None, said="Улица Ленина, дом пять."
        ),
        Entry(1, 3.0, 2.0, Ask(Prompt("right", account="461234567890")), Digits("1"), said="Четыре шесть один."),
        Entry(2, 5.0, 2.0, Say(Prompt("goodbye")), None, said="До свидания."),
    )
    record = CallRecord(CALL, "v1", Told("planned"), NOW + timedelta(seconds=9), entries)
    lines = [line.text for line in transcript(record, full=False) if line.who == "robot"]
    assert lines == ["“outage_none_known” (place=ул. Ленина, ***)", "“right” (account=***)", "До свидания."]
    why = str(reasons(record, OutcomeClass.SERVED, full=False))
    assert "place=ул. Ленина, ***" in why
    data = str(masked(encode(record)))
    for text in (str(lines), why, data):
        assert "дом пять" not in text
        assert "Ленина, 5" not in text
        assert "Четыре" not in text
        assert "461234567890" not in text
    assert "До свидания." in data
    assert next(line.text for line in transcript(record, full=True)) == "Улица Ленина, дом пять."


SPOKEN = CallRecord(
    CALL,
    "v1",
    Told("planned"),
    NOW + timedelta(seconds=60),
    (
        Entry(0, 0.0, 3.0, Say(Prompt("greeting")), None, (Utterance("алло повторите", 0.7),), "Алло.", cut=True),
        Entry(1, 3.0, 4.0, Ask(Prompt("menu"), speech=Speech("choice", ("нет света",))),
              Utterance("у нас света нет ленина пять", 0.91, ("у нас свет есть",)), said="Чем помочь?", cut=True),
        Entry(2, 7.0, 0.0, Note("key 1: нет света"), None),
        Entry(3, 7.0, 4.0, Ask(Prompt("house"), speech=Speech("address")), Utterance("пять", 0.6), said="Какой дом?"),
        Entry(4, 11.0, 0.1, Unknown("UnderstandAddress", (("heard", ("ленина пять", "пять")),)),
              Unknown("Matched", (("confidence", 0.7),))),
        Entry(5, 11.1, 2.0, Ask(Prompt("menu"), speech=Speech("choice")), Digits("1"), said="Чем помочь?"),
        Entry(6, 13.1, 0.0, Note("key 1: нет света"), None),
    ),
)  # fmt: skip


def test_a_call_held_in_words_tells_what_was_heard_and_what_it_was_taken_for() -> None:
    lines = [(line.who, line.text) for line in transcript(SPOKEN, full=False) if line.who != "robot"]
    assert lines == [
        ("caller", "«алло повторите» (0.70), breaking in"),
        ("caller", "«у нас света нет ленина ***» (0.91, or «у нас свет есть»), breaking in"),
        ("meant", "key 1: нет света"),
        ("caller", "«***» (0.60)"),
        ("meant", "Matched(confidence=0.7)"),
        ("caller", "[1]"),
    ]
    full = [line.text for line in transcript(SPOKEN, full=True)]
    assert "«пять» (0.60)" in full


def test_numbers_that_were_said_are_nowhere_unless_asked_for() -> None:
    for text in (str(reasons(SPOKEN, OutcomeClass.SERVED, full=False)), str(masked(encode(SPOKEN)))):
        assert "пять" not in text
        assert "у нас света нет ленина ***" in text
