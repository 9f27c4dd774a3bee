"""HTTP to one device: bounds, TLS, and never anywhere else."""

import datetime
import gzip
import hashlib
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ingest.onvif.http_link import HttpLink, Times
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.xml_reply import MAX_BYTES
from tests.onvif.server import Answer, Asked, door, http, serving

QUICK = Times(connect=1.0, read=0.15, whole=0.4)
BIG = MAX_BYTES + 10
HOSTILE: dict[str, tuple[Answer, Code]] = {
    "redirect": (http("", 302, Location="http://127.0.0.1:9/"), Code.REDIRECTED),
    "permanent redirect": (http("", 308, Location="//elsewhere.example/"), Code.REDIRECTED),
    "length beyond the bound": ([b"HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n\r\n", b"x" * BIG], Code.TOO_LARGE),
    "chunks without end": ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *([b"8000\r\n" + b"x" * 32768
        + b"\r\n"] * 66)], Code.TOO_LARGE),
    "body until the end, too large": ([b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * BIG, b""],
        Code.TOO_LARGE),
    "headers without end": ([b"HTTP/1.1 200 OK\r\n", *([b"X-A: " + b"y" * 8000 + b"\r\n"] * 3)], Code.BROKEN_HTTP),
    "not HTTP": ([b"SSH-2.0-dropbear\r\n\r\n", b""], Code.BROKEN_HTTP),
    "cut in the middle": ([b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", b""], Code.BROKEN_HTTP),
    "closed at once": ([b""], Code.BROKEN_HTTP),
    "interim answers only": ([b"HTTP/1.1 100 Continue\r\n\r\n" * 200, b""], Code.BROKEN_HTTP),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", Code.BROKEN_HTTP),
    "gzip bomb": (http(gzip.compress(b"a" * (40 * MAX_BYTES)), Content_Encoding="gzip"), Code.TOO_LARGE),
    "broken gzip": (http(b"nonsense", Content_Encoding="gzip"), Code.BROKEN_HTTP),
    "unknown coding": (http(b"x", Content_Encoding="br"), Code.BROKEN_HTTP),
    "silence": ([10.0, b""], Code.TIMED_OUT),
    "a byte at a time": ([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", *([b"x", 0.05] * 50)], Code.TIMED_OUT),
}  # fmt: skip


async def test_each_hostile_answer_has_its_reason() -> None:
    def answer(asked: Asked) -> Answer:
        return HOSTILE[asked.path.strip("/").replace("_", " ")][0]

    async with serving(answer) as served:
        for name, (_, code) in HOSTILE.items():
            link = HttpLink(served.url, door(), times=QUICK)
            with pytest.raises(DeviceProblem) as caught:
                await link.exchange("GET", "/" + name.replace(" ", "_"), {})
            assert (name, caught.value.code) == (name, code)
            assert caught.value.zh
            assert caught.value.en


async def test_a_connection_is_kept_and_one_that_was_closed_meanwhile_is_replaced() -> None:
    def answer(asked: Asked) -> Answer:
        return [http("ok"), b""] if asked.path == "/last" else http(gzip.compress(b"ok"), Content_Encoding="gzip")

    async with serving(answer) as served:
        link = HttpLink(served.url, door())
        replies = [await link.exchange("GET", path, {}) for path in ("/a", "/b", "/last", "/c")]
        assert [(r.status, r.body) for r in replies] == [(200, b"ok")] * 4
        assert served.connections == 2
        await link.exchange("PUT", "/d", {}, b"once", fresh=True)
        assert served.connections == 3
        assert served.asked[-1].body == "once"
        await link.close()


async def test_only_allowed_networks_are_connected_to() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["8.8.8.8"]

    async def connect(address: str, port: int) -> object:
        raise AssertionError("connected")

    away = door()
    refused = type(away)(away.networks, away.rng, connect, resolve)  # type: ignore[arg-type]
    for url in ("http://camera.example/onvif", "http://[::ffff:8.8.8.8]/onvif"):
        with pytest.raises(DeviceProblem) as caught:
            await HttpLink(url, refused).exchange("GET", "/", {})
        assert caught.value.code is Code.ADDRESS_REFUSED
    with pytest.raises(DeviceProblem) as caught:
        HttpLink("http://admin:secret@127.0.0.1/", refused)
    assert caught.value.code is Code.ADDRESS_REFUSED
    assert "secret" not in str(caught.value)


async def test_an_address_nobody_answers_at_is_unreachable() -> None:
    async with serving(lambda _: b"") as served:
        url = served.url
    with pytest.raises(DeviceProblem) as caught:
        await HttpLink(url, door()).exchange("GET", "/", {})
    assert caught.value.code is Code.UNREACHABLE


def certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A self-made certificate as cameras bring it, and its SHA-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "camera")])
    now = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "camera.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "camera.pem")
    return context, hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).hexdigest()


async def test_tls_is_verified_or_pinned_and_nothing_is_sent_before(tmp_path: Path) -> None:
    context, fingerprint = certificate(tmp_path)
    async with serving(lambda _: http("ok"), context) as served:
        pinned = HttpLink(served.url, door(), fingerprint.upper())
        assert (await pinned.exchange("GET", "/", {})).body == b"ok"
        await pinned.close()
        asked = len(served.asked)
        for pin, code in (("", Code.TLS_UNTRUSTED), ("0" * 64, Code.CERTIFICATE_CHANGED)):
            with pytest.raises(DeviceProblem) as caught:
                await HttpLink(served.url, door(), pin).exchange("GET", "/", {"Authorization": "secret"})
            assert caught.value.code is code
            assert f"its SHA-256 is {fingerprint}" in caught.value.en  # for a person to compare, and to pin
        assert len(served.asked) == asked
    async with serving(lambda _: http("ok")) as plain:
        with pytest.raises(DeviceProblem) as caught:
            await HttpLink(plain.url.replace("http:", "https:"), door(), fingerprint, QUICK).exchange("GET", "/", {})
        assert caught.value.code in (Code.TLS_UNTRUSTED, Code.TIMED_OUT)
