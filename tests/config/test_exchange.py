"""The keys under `exchange`: what is wrong is said, and no address with a secret in it is repeated."""

from typing import Any

import pytest
from pydantic import ValidationError

from config.exchange import Exchange

GOOD = {"id": "district", "url": "https://district.example/hooks", "credentials": "district"}
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("plain http", {"url": "http://10.1.2.3/hooks"}, "say plain_http: true"),
    ("another scheme", {"url": "file:///etc/passwd"}, "must begin with https:// or http://"),
    ("a password", {"url": "https://u:hunter2@district.example/"}, "must not contain a user name, password or token"),
    ("a token", {"url": "https://district.example/?token=hunter2"}, "must not contain a user name, password or token"),
    ("no host", {"url": "https:///hooks"}, "expected https://host/path"),
    ("a bad port", {"url": "https://district.example:99999/"}, "expected https://host/path"),
    ("a line break", {"url": "https://district.example/\nhunter2"}, "without blanks or control characters"),
    ("a fragment", {"url": "https://district.example/#a"}, "must not contain a fragment"),
    ("an id that is none", {"id": "区"}, "should match pattern"),
    ("no events at all", {"events": []}, "at least 1 item"),
    ("for ever", {"keep_trying_days": 400}, "less than or equal to 30"),
]


@pytest.mark.parametrize(("changed", "rule"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_wrong_is_said_and_not_repeated(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Exchange.model_validate({"destinations": [{**GOOD, **changed}]})
    assert rule in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_an_id_is_given_once() -> None:
    with pytest.raises(ValidationError, match="more than once: district"):
        Exchange.model_validate({"destinations": [GOOD, GOOD]})


def test_plain_http_may_be_meant() -> None:
    given = {**GOOD, "url": "http://10.1.2.3:8080/hooks", "plain_http": True}
    assert Exchange.model_validate({"destinations": [given]}).destinations[0].plain_http


HOTLINE = {"id": "12345", "kind": "open311", "name": "12345", "key_sha256": "0" * 64}
BAD_SOURCES: list[tuple[str, dict[str, Any], str]] = [
    ("the key itself", {"key_sha256": "hunter2"}, "should match pattern"),
    ("no key", {"key_sha256": None}, "must have key_sha256 with kind open311"),
    ("a key and a secret", {"credentials": "x"}, "must have key_sha256 with kind open311"),
    ("a webhook with a key", {"kind": "webhook"}, "must have key_sha256 with kind open311, credentials with kind"),
    ("a class that is none", {"case_classes": ["stall"]}, "should match pattern"),
    ("unknown coordinates", {"coordinates": "mars"}, "'wgs84', 'gcj02' or 'bd09'"),
]


@pytest.mark.parametrize(("changed", "rule"), [row[1:] for row in BAD_SOURCES], ids=[row[0] for row in BAD_SOURCES])
def test_what_is_wrong_with_a_source_is_said_and_not_repeated(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Exchange.model_validate({"sources": [{**HOTLINE, **changed}]})
    assert rule in str(refused.value)
    assert "hunter2" not in str(refused.value)
