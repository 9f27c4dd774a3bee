"""Digest against the examples of the RFCs, and which challenge is chosen."""

import hashlib
import random

import pytest

from config.accounts import Account
from ingest.rtsp.authentication import Authenticator, parse_challenge, strongest

MUFASA = Account("Mufasa", "Circle Of Life")


class _Fixed(random.Random):
    """Gives the client nonce of the RFC's example."""

    def getrandbits(self, k: int) -> int:
        return 0x0A4F113B


def test_rfc_2617_example_without_qop() -> None:
    auth = Authenticator(Account("Mufasa", "CircleOfLife"), random.Random(1))
    assert auth.challenged(
        ['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'], signed=False
    )
    header = auth.header("GET", "/dir/index.html")
    assert header is not None
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in header


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def test_rfc_2617_example_with_qop() -> None:
    auth = Authenticator(MUFASA, _Fixed())
    challenge = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",'
        ' opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    assert auth.challenged([challenge], signed=False)
    header = auth.header("GET", "/dir/index.html")
    assert header is not None
    first = _md5("Mufasa:testrealm@host.com:Circle Of Life")
    middle = "dcd98b7102dd2f0e8b11d0f600bfb0c093:00000001:000000000a4f113b:auth"
    assert f'response="{_md5(f"{first}:{middle}:" + _md5("GET:/dir/index.html"))}"' in header
    assert 'cnonce="000000000a4f113b"' in header
    assert "nc=00000001" in header
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in header
    assert "Circle" not in header


@pytest.mark.parametrize(
    ("offered", "kind"),
    [
        (['Basic realm="a"', 'Digest realm="a", nonce="1"'], "MD5"),
        (['Digest realm="a", nonce="1"', 'Digest realm="a", nonce="2", algorithm=SHA-256'], "SHA-256"),
        (['Digest realm="a", nonce="1", algorithm=SHA-512-256', 'Basic realm="a"'], "basic"),
        (['Digest realm="a", nonce="1", qop="auth-int"', 'Basic realm="a"'], "basic"),
    ],
    ids=["digest before basic", "sha-256 before md5", "unknown algorithm", "only auth-int"],
)
def test_the_strongest_challenge_we_speak_is_chosen(offered: list[str], kind: str) -> None:
    chosen = strongest(offered)
    assert chosen is not None
    assert (chosen.algorithm or "MD5" if chosen.scheme == "digest" else "basic") == kind


@pytest.mark.parametrize("value", ["", "Bearer x", "Digest realm=", "Digest nonce", 'Digest realm="a"'])
def test_what_we_do_not_speak_is_no_challenge(value: str) -> None:
    assert parse_challenge(value) is None


def test_a_stale_nonce_is_answered_and_a_wrong_password_is_not() -> None:
    auth = Authenticator(MUFASA, random.Random(1))
    assert auth.challenged(['Digest realm="a", nonce="1"'], signed=False)
    assert auth.challenged(['Digest realm="a", nonce="1", stale=true'], signed=True)
    assert auth.challenged(['Digest realm="a", nonce="2"'], signed=True)
    assert not auth.challenged(['Digest realm="a", nonce="2"'], signed=True)


def test_the_password_is_in_no_repr() -> None:
    assert "Circle" not in repr(MUFASA)
