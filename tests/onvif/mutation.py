"""Replies made wrong: in their bytes, in their structure, in their encoding, and in the HTTP around them."""

import gzip
import os
import random
import re
import zlib
from collections.abc import Callable

from tests.onvif.server import Answer, http

COUNT = int(os.environ.get("GRIDWATCH_MUTATIONS", "0"))
"""How many replies the long run takes; 0 for the quick one."""
_ELEMENT = re.compile(r"<([A-Za-z0-9:]+)(?: [^<>]*)?>[^<]*</\1>")
_TAG = re.compile(r"</?[A-Za-z0-9:]+")
_TEXT = re.compile(r">([^<>]+)<")
_NUMBERS = ["nan", "inf", "-1", "1e400", "-0", "9" * 60, "99999999999", "0x10", "１２", "PT", "", " ", "1,5", "true"]
_DOCTYPES = [
    "<!DOCTYPE a>",
    "<!DOCTYPE a []>",
    '<!DOCTYPE a SYSTEM "http://{trap}/a.dtd">',
    '<!DOCTYPE a PUBLIC "-//X//Y" "http://{trap}/b.dtd">',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "http://{trap}/x">]>',
    '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://{trap}/p"> %p;]>',
    '<!DOCTYPE a [<!ENTITY x "' + "ha" * 5000 + '">]>',
    '<!DOCTYPE a [<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9)) + "]>",
]
_PIECES = ["]]>", "<![CDATA[", "<!--", "-->", "<?a ?>", "&x;", "&#0;", "&#xD800;", "&", "<", "\x00", "\ufffe", "球机"]


def byte_mutation(body: bytes, rng: random.Random) -> bytes:
    """One to six changes: bytes, deletions, repetitions, swapped and nested pieces, things XML forbids."""
    data = bytearray(body)
    for _ in range(rng.randint(1, 6)):
        a = rng.randrange(len(data) + 1)
        b = min(len(data), a + rng.randint(1, 200))
        match rng.randrange(8):
            case 0:
                data[a:b] = b""
            case 1:
                data[a:a] = bytes(data[a:b]) * rng.randint(1, 40)
            case 2:
                data[a : a + 1] = bytes([rng.randrange(256)])
            case 3:
                data[a:b] = rng.randbytes(rng.randint(1, 20))
            case 4:
                data[a:a] = rng.choice([b"<!DOCTYPE a []>", b"&x;", b"]]>", b"<![CDATA[", b"<!--", b"<?a", b"\x00"])
            case 5:
                data[a:a] = rng.choice([b"nan", b"-1", b"1e400", b"99999999999", b"PT", b"\xff\xfe", "球".encode()])
            case 6:
                data[:] = data[:a]
            case _:
                data[a:a] = b"<tt:x>" * rng.randint(1, 60)
        data = data or bytearray(b"<")
    return bytes(data)


def structure_mutation(body: bytes, rng: random.Random, trap: str = "127.0.0.1:9") -> bytes:
    """Well-formed mostly, and wrong: elements repeated, missing, exchanged, nested; attributes and texts beyond reason;
    document types; other encodings. `trap`: the host that external entities name."""
    text = body.decode()
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(_STRUCTURAL)(text, rng)
    if rng.random() < 0.15:
        text = rng.choice(_DOCTYPES).replace("{trap}", trap) + text.replace("</", "&x;</", 1)
    return _encoded(text, rng)


def _somewhere(found: list[re.Match[str]], rng: random.Random) -> tuple[int, int]:
    one = rng.choice(found) if found else None
    return one.span() if one is not None else (0, 0)


def _repeated(text: str, rng: random.Random) -> str:
    a, b = _somewhere(list(_ELEMENT.finditer(text)), rng)
    return text[:a] + text[a:b] * rng.choices([2, 50, 500, 40_000 if b - a < 60 else 2000], [6, 3, 2, 1])[0] + text[b:]


def _missing(text: str, rng: random.Random) -> str:
    a, b = _somewhere(list(_ELEMENT.finditer(text)), rng)
    return text[:a] + text[b:]


def _exchanged(text: str, rng: random.Random) -> str:
    found = list(_ELEMENT.finditer(text))
    if len(found) < 2:
        return text
    (a, b), (c, d) = sorted(one.span() for one in rng.sample(found, 2))
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _nested(text: str, rng: random.Random) -> str:
    a, b = _somewhere(list(_ELEMENT.finditer(text)), rng)
    depth = rng.choice([1, 10, 39, 41, 200, 20_000])
    return text[:a] + "<n>" * depth + text[a:b] + "</n>" * depth + text[b:]


def _attributed(text: str, rng: random.Random) -> str:
    a, b = _somewhere(list(_TAG.finditer(text)), rng)
    if text[a : a + 2] == "</":
        return text
    many = " ".join(f'a{n}="{n}"' for n in range(rng.choice([1, 63, 65, 5000])))
    added = rng.choice(
        [many, 'token="' + "t" * rng.choice([65, 70_000]) + '"', 'x="nan" y="1e999"', 'xmlns:q="' + "u" * 5000 + '"']
    )
    return f"{text[:b]} {added}{text[b:]}"


def _texts(text: str, rng: random.Random) -> str:
    found = list(_TEXT.finditer(text))
    if not found:
        return text
    a, b = rng.choice(found).span(1)
    return (
        text[:a] + rng.choice([*_NUMBERS, *_PIECES, "x" * 70_000, "http://8.8.8.8/x", "rtsp://a:b@8.8.8.8/"]) + text[b:]
    )


def _renamed(text: str, rng: random.Random) -> str:
    _, b = _somewhere(list(_TAG.finditer(text)), rng)
    return text[:b] + rng.choice(["X", ":", ":y:z", "n" * 200, "é", "-."]) + text[b:]


def _cut(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text) + 1)]


_STRUCTURAL: list[Callable[[str, random.Random], str]] = [
    _repeated, _missing, _exchanged, _nested, _attributed, _texts, _renamed, _cut,
]  # fmt: skip


def _encoded(text: str, rng: random.Random) -> bytes:
    if rng.random() < 0.75:
        return text.encode(errors="replace")
    declared, used = rng.choice([
        ("UTF-16", "utf-16"), ("UTF-16", "utf-16-le"), ("", "utf-16-be"), ("", "utf-32"), ("UTF-7", "utf-7"),
        ("GBK", "gbk"), ("GB2312", "gb18030"), ("UTF-8", "gb18030"), ("GBK", "utf-8"), ("ISO-8859-1", "latin-1"),
        ("utf-8", "utf-8-sig"), ("EBCDIC-CP-US", "cp037"), ("shift_jis", "shift_jis"),
    ])  # fmt: skip
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return (head + text).encode(used, errors="replace")


def wrapped(body: bytes, rng: random.Random, trap: str) -> Answer:
    """The body in HTTP as no device should send it, closed behind it. `trap`: where redirects lead."""
    size = len(body)
    chunks = b"".join(b"%x;a=b\r\n" % len(body[n : n + 700]) + body[n : n + 700] + b"\r\n" for n in range(0, size, 700))
    ok, chunked = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    packed = gzip.compress(body, 1)
    lines = [
        ok + b"Content-Length: %d\r\n\r\n" % rng.choice([0, 1, size // 2, size + 1, size + 10**6, 10**18]) + body,
        ok + rng.choice([b"Content-Length: -1", b"Content-Length: 1e3", b"Content-Length: 5\r\nContent-Length: 6"])
        + b"\r\n\r\n" + body,
        ok + b"\r\n" + body,
        chunked + b"\r\n" + chunks + b"0\r\n\r\n",
        chunked + b"\r\n" + chunks + rng.choice([b"", b"0\r\n", b"-1\r\n", b"F" * 16 + b"\r\n", b"0x5\r\nabcde\r\n"]),
        chunked + b"Content-Length: 3\r\n\r\n" + chunks + b"0\r\nX-T: y\r\n\r\n",
        chunked + b"\r\n" + b"1" * 5000 + b"\r\n",
        ok + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed,
        ok + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % (len(packed) // 2) + packed[: len(packed) // 2],
        bytes(http(gzip.compress(b"<a>" * 3_000_000, 1), Content_Encoding="gzip")),
        bytes(http(zlib.compress(body), Content_Encoding="deflate")),
        bytes(http(body, Content_Encoding="br")),
        bytes(http(body, rng.choice([301, 302, 303, 307, 308, 304]), Location=f"http://{trap}/onvif/device_service")),
        bytes(http(body, rng.choice([101, 204, 206, 401, 404, 500, 503, 999]), Location=f"http://{trap}/")),
        bytes(http(body, Refresh=f"0; url=http://{trap}/", Content_Location=f"http://{trap}/")),
        b"HTTP/1.1 100 Continue\r\n\r\n" * rng.choice([1, 100]) + bytes(http(body)),
        b"HTTP/0.9 200 OK\r\n\r\n" + body, b"ICY 200 OK\r\n\r\n" + body, b"HTTP/1.1 200\r\n\r\n" + body,
        ok + b"X-Long: " + b"y" * rng.choice([100, 20_000]) + b"\r\nContent-Length: %d\r\n\r\n" % size + body,
        ok + b"no colon\r\n\r\n" + body, ok + b"A: b\r\n c\r\nContent-Length: %d\r\n\r\n" % size + body,
    ]  # fmt: skip
    return [rng.choice(lines), b""]
