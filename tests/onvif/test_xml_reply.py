"""XML within bounds: what is refused, and what is mended."""

import time
import tracemalloc

import pytest

from ingest.onvif import xml_reply
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.xml_reply import Node, number, read_xml, whole

LAUGHS = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>'
REFUSED: dict[str, tuple[bytes, Code]] = {
    "billion laughs": (LAUGHS, Code.FORBIDDEN_XML),
    "external entity": (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', Code.FORBIDDEN_XML),
    "external DTD": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>', Code.FORBIDDEN_XML),
    "DTD in UTF-16": (b"\xff\xfe" + LAUGHS.decode().encode("utf-16-le"), Code.FORBIDDEN_XML),
    "UTF-16 without a mark": (LAUGHS.decode().encode("utf-16-le"), Code.FORBIDDEN_XML),
    "UTF-7": (b'<?xml version="1.0" encoding="utf-7"?><a/>', Code.FORBIDDEN_XML),
    "DTD after a broken ampersand": (b"<!DOCTYPE a><a>&b</a>", Code.FORBIDDEN_XML),
    "deep": (b"<a>" * 100_000, Code.FORBIDDEN_XML),
    "many elements": (b"<r>" + b"<a/>" * 40_000 + b"</r>", Code.FORBIDDEN_XML),
    "many attributes": (b"<r " + b" ".join(b'a%d=""' % i for i in range(100)) + b"/>", Code.FORBIDDEN_XML),
    "long name": (b"<" + b"n" * 200 + b"/>", Code.FORBIDDEN_XML),
    "long attribute": (b'<r a="' + b"n" * 70_000 + b'"/>', Code.FORBIDDEN_XML),
    "long text": (b"<r>" + b"n" * 70_000 + b"</r>", Code.FORBIDDEN_XML),
    "too large": (b"<r>" + b" " * xml_reply.MAX_BYTES, Code.TOO_LARGE),
    "cut": (b"<r><a>1</a><b>", Code.BROKEN_XML),
    "nothing": (b"", Code.BROKEN_XML),
    "entity of its own": (b"<a>&lt;&unknown;</a><", Code.BROKEN_REPLY),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(body: bytes, code: Code) -> None:
    if code is Code.BROKEN_REPLY:  # an unknown entity is read as the text it looks like, never looked up
        assert read_xml(body).text == "<&unknown;"
        return
    with pytest.raises(DeviceProblem) as caught:
        read_xml(body)
    assert caught.value.code is code


READ: dict[str, tuple[bytes, str]] = {
    "plain": (b"<r><tt:Uri>x</tt:Uri></r>", "x"),
    "prefix bound to nothing": (b"<q:r><Ter:Uri>x</Ter:Uri></q:r>", "x"),
    "ampersand not escaped": (b"<r><Uri>rtsp://h/user=a&b=1&amp;c</Uri></r>", "rtsp://h/user=a&b=1&c"),
    "GB 2312": ('<?xml version="1.0" encoding="GB2312"?><r><Uri>球机</Uri></r>'.encode("gb18030"), "球机"),
    "GBK said to be UTF-8": (b"<r><Uri>a" + "球".encode("gbk") + b"</Uri></r>", "a\ufffd\ufffd"),
    "mark and NULs around": (b"\xef\xbb\xbf<r><Uri>x</Uri></r>\x00\x00", "x"),
    "rest of an older answer behind": (b"<r><Uri>x</Uri></r>lope></r>", "x"),
    "control character": (b"<r><Uri>x\x01</Uri></r>", "x\ufffd"),
    "CDATA and comment": (b"<r><!-- a --><Uri><![CDATA[x]]></Uri></r>", "x"),
}


@pytest.mark.parametrize(("body", "text"), READ.values(), ids=READ.keys())
def test_reads_what_devices_send(body: bytes, text: str) -> None:
    assert read_xml(body).said("Uri") == text


def test_numbers_are_finite_and_bounded() -> None:
    values = [number(t) for t in ("1.5", "-0,25", " 3 ", "nan", "inf", "1e999", "", "a", "9" * 50)]
    assert values == [1.5, -0.25, 3.0, None, None, None, None, None, None]
    assert [whole(t, 1, 8) for t in ("1", "8.0", "9", "0", "x")] == [1, 8, None, None, None]


def test_a_tree_is_bounded_in_memory_and_time() -> None:
    worst = b"<r>" + b'<a b="c">d</a>' * (xml_reply.MAX_ELEMENTS - 1) + b"</r>"
    tracemalloc.start()
    started = time.thread_time()
    root = read_xml(worst)
    seconds = time.thread_time() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(root, Node)
    assert len(root.children) == xml_reply.MAX_ELEMENTS - 1
    assert peak < 40 * 1024 * 1024
    assert seconds < 20
