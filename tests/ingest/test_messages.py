"""RTSP messages: what is read, and the bounds that stop a hostile camera."""

import pytest

from ingest.rtsp.message import (
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    MAX_HEADERS,
    MAX_LINE_BYTES,
    ProtocolError,
    find_message_end,
    parse_response,
    serialise_request,
)

GOOD = b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 4\r\nwww-authenticate: A\r\nWWW-Authenticate: B\r\n\r\nbody"


def test_a_reply_is_read() -> None:
    assert find_message_end(GOOD + b"$rest", 0, len(GOOD) + 5) == (len(GOOD) - 4, len(GOOD))
    response = parse_response(GOOD)
    assert (response.status, response.reason, response.cseq, response.body) == (200, "OK", 3, b"body")
    assert response.all("WWW-Authenticate") == ("A", "B")


def test_bare_line_feeds_are_understood() -> None:
    reply = GOOD.replace(b"\r\n", b"\n")
    assert find_message_end(reply, 0, len(reply)) == (len(reply) - 4, len(reply))
    assert parse_response(reply).cseq == 3


@pytest.mark.parametrize("cut", range(1, len(GOOD), 7))
def test_half_a_reply_waits_for_more(cut: int) -> None:
    assert find_message_end(GOOD, 0, cut) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"RTSP/1.0 200 OK\r\nX: " + b"a" * (MAX_LINE_BYTES + 1), "header line", id="endless line"),
        pytest.param(b"RTSP/1.0 200 OK\r\n" + b"A: 1\r\n" * (MAX_HEADERS + 5), "headers", id="header bomb"),
        pytest.param(b"a" * (MAX_HEAD_BYTES + 4), "message head", id="endless head"),
        pytest.param(
            f"RTSP/1.0 200 OK\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n\r\n".encode(), "body", id="oversize body"
        ),
        pytest.param(b"RTSP/1.0 200 OK\r\nContent-Length: 9999999999999\r\n\r\n", "Content-Length", id="absurd body"),
        pytest.param(b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n", "Content-Length", id="negative body"),
    ],
)
def test_bounds_hold_before_the_end_has_come(data: bytes, said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        find_message_end(data, 0, len(data))


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"RTSP/1.0 abc OK\r\n\r\n",
        b"RTSP/1.0 2000 OK\r\n\r\n",
        b"\r\n\r\n",
        b"RTSP/1.0\r\n\r\n",
    ],
    ids=["http", "letters", "four digits", "empty", "no status"],
)
def test_what_is_not_rtsp_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_response(data)


def test_a_header_bomb_in_a_whole_message_is_refused() -> None:
    with pytest.raises(ProtocolError, match="headers"):
        parse_response(b"RTSP/1.0 200 OK\r\n" + b"A: 1\r\n" * (MAX_HEADERS + 5) + b"\r\n")


def test_a_request_cannot_be_split_by_what_a_camera_said() -> None:
    with pytest.raises(ProtocolError, match="line break"):
        serialise_request("SETUP", "rtsp://a/b\r\nX: y", {})


def test_a_request_is_written() -> None:
    assert serialise_request("PLAY", "rtsp://a/b", {"CSeq": "4"}) == b"PLAY rtsp://a/b RTSP/1.0\r\nCSeq: 4\r\n\r\n"
