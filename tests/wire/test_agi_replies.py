"""AGI replies as recorded from Asterisk 22.10, split at every byte."""

import pytest

from ivr.asterisk.replies import LONGEST_LINE, AgiReply, ReplyReader, parse_reply, quoted, variable_name
from ivr.errors import AgiError

RECORDED = (
    b"200 result=0 endpos=8000\n"
    b"200 result=-1 endpos=0\n"
    b"200 result=49 endpos=5760\n"
    b"100 result=0 Trying...\n"
    b"200 result=1\n"
    b"HANGUP\n"
    b"510 Invalid or unknown command\n"
    b"520-Invalid command syntax.  Proper usage follows:\n"
    b"Send the given file, allowing playback to be interrupted.\n"
    b"    <value>FAILED</value>\n"
    b"520 End of proper usage.\n"
    b'200 result=1 (a "b" \\ c)\n'
    b"200 result=1 ()\n"
    b"200 result=1 (two\nlines)\n"
    b"511 Command Not Permitted on a dead channel or intercept routine\n"
    b"200 result=-1\n"
)


def check(replies: list[AgiReply | str]) -> None:
    assert [reply.code if isinstance(reply, AgiReply) else reply for reply in replies] == [
        200, 200, 200, 200, "HANGUP", 510, 520, 200, 200, 200, 511, 200,
    ]  # fmt: skip
    played, missing, key, done, _, _, usage, value, empty, lines, dead, gone = replies
    assert played == AgiReply(200, 0, "", 8000)
    assert missing.result == -1
    assert missing.endpos == 0
    assert (key.key, key.endpos) == ("1", 5760)
    assert done.result == 1
    assert done.key is None
    assert usage.data.startswith("520-Invalid")
    assert usage.data.endswith("usage.")
    assert value.data == 'a "b" \\ c'
    assert empty.data == ""
    assert lines.data == "two\nlines"
    assert dead.data.startswith("511")
    assert gone.result == -1


def test_replies_are_read_whole() -> None:
    check(ReplyReader().feed(RECORDED))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_replies_are_read_in_pieces_of_any_size(size: int) -> None:
    reader = ReplyReader()
    replies = []
    for start in range(0, len(RECORDED), size):
        replies += reader.feed(RECORDED[start : start + size])
    check(replies)


def test_replies_are_read_when_split_anywhere() -> None:
    for at in range(len(RECORDED)):
        reader = ReplyReader()
        check(reader.feed(RECORDED[:at]) + reader.feed(RECORDED[at:]))


def test_a_value_that_is_the_word_hangup_is_a_value() -> None:
    assert parse_reply("200 result=1 (hangup)") == AgiReply(200, 1, "hangup")
    assert parse_reply("200 result=1 (x=1 (y) result=-1)").data == "x=1 (y) result=-1"


@pytest.mark.parametrize("line", ["", "hello", "GET / HTTP/1.1", "200 result=abc", "200", "\0\0", "-1"])
def test_what_agi_never_says_is_refused(line: str) -> None:
    with pytest.raises(AgiError, match="not an AGI reply"):
        parse_reply(line)


def test_an_endless_line_is_refused() -> None:
    reader = ReplyReader()
    assert reader.feed(b"200 result=1 (" + b"a" * 1000) == []
    with pytest.raises(AgiError, match="more than"):
        reader.feed(b"a" * LONGEST_LINE)


def test_an_endless_usage_is_refused() -> None:
    reader = ReplyReader()
    with pytest.raises(AgiError, match="more than"):
        reader.feed(b"520-Usage:\n" + b"line\n" * LONGEST_LINE)


def test_foreign_text_stays_one_argument() -> None:
    assert quoted('ул. "Ленина" \\ 5') == '"ул. \\"Ленина\\" \\\\ 5"'
    for text in ("a\nHANGUP", "a\rb", "a\0b"):
        with pytest.raises(AgiError, match="line break"):
            quoted(text)


def test_names_of_variables_are_checked() -> None:
    for name in ("IVR_STAGE", "TIMEOUT(absolute)", "__IVR_CTX_ADDRESS", "CHANNEL(language)"):
        assert variable_name(name) == name
    for name in ("", "A B", "A\n", "A=B", "SHELL(rm -rf; $x)", 'A"', "1A"):
        with pytest.raises(AgiError):
            variable_name(name)
