from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rtsp.request import MAX_HEADER_BYTES, BadRequest, RequestReader

STREAM = (
    b"OPTIONS rtsp://h/cam/c1/sub RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    b"$\x01\x00\x04ABCD"
    b"\r\nSET_PARAMETER rtsp://h/cam/c1/sub RTSP/1.0\r\ncseq: 2\r\nContent-Length: 5\r\n\r\nhello"
    b"$\x01\x00\x00"
    b"PLAY rtsp://h/cam/c1/sub RTSP/1.0\r\nCSeq:3\r\nSession: AB;timeout=60\r\n\r\n"
)


@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=12))
def test_however_the_bytes_are_cut_the_requests_are_the_same(cuts: list[int]) -> None:
    reader = RequestReader()
    edges = [0, *sorted(cuts), len(STREAM)]
    requests = [one for a, b in pairwise(edges) for one in reader.feed(STREAM[a:b])]
    assert [(one.method, one.headers["cseq"], one.body) for one in requests] == [
        ("OPTIONS", "1", b""),
        ("SET_PARAMETER", "2", b"hello"),
        ("PLAY", "3", b""),
    ]
    assert reader.interleaved_frames == 2


BAD = {
    "no request line": (b"hello\r\n\r\n", "not a request line"),
    "http": (b"GET / HTTP/1.1\r\n\r\n", "not a request line"),
    "header without colon": (b"PLAY rtsp://h RTSP/1.0\r\nnonsense\r\n\r\n", "not a header"),
    "negative length": (b"PLAY rtsp://h RTSP/1.0\r\nContent-Length: -1\r\n\r\n", "content length"),
    "enormous length": (b"PLAY rtsp://h RTSP/1.0\r\nContent-Length: 99999999999999\r\n\r\n", "content length"),
    "header without end": (b"P" * (MAX_HEADER_BYTES + 1), "no end of the header"),
}


@pytest.mark.parametrize(("sent", "said"), BAD.values(), ids=BAD)
def test_bad_requests_are_named(sent: bytes, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        RequestReader().feed(sent)
