"""Signatures, against the example of the Standard Webhooks specification and against forgery."""

import pytest

from exchange.signature import WeakSecret, is_signed, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_specification() -> None:
    assert sign(SECRET, ID, AT, BODY) == SIGNATURE
    assert is_signed(SECRET, ID, str(AT), BODY, SIGNATURE)


OTHER = "another-secret-of-enough-bytes"
FORGED = [
    ("another body", (SECRET, ID, str(AT), BODY + b" ", SIGNATURE)),
    ("another time", (SECRET, ID, str(AT + 1), BODY, SIGNATURE)),
    ("another id", (SECRET, ID + "x", str(AT), BODY, SIGNATURE)),
    ("another secret", (OTHER, ID, str(AT), BODY, SIGNATURE)),
    ("another version", (SECRET, ID, str(AT), BODY, SIGNATURE.replace("v1", "v1a"))),
    ("none", (SECRET, ID, str(AT), BODY, "")),
    ("not ASCII", (SECRET, ID, str(AT), BODY, "v1,签名")),
    ("far down a long list", (SECRET, ID, str(AT), BODY, "v1,x " * 50 + SIGNATURE)),
]


@pytest.mark.parametrize("given", [row[1] for row in FORGED], ids=[row[0] for row in FORGED])
def test_what_is_forged_is_not_taken(given: tuple[str, str, str, bytes, str]) -> None:
    assert not is_signed(*given)


def test_while_a_secret_is_replaced_both_hold() -> None:
    both = f"{OTHER} {SECRET}"
    assert is_signed(SECRET, ID, str(AT), BODY, sign(both, ID, AT, BODY))
    assert is_signed(both, ID, str(AT), BODY, SIGNATURE)


WEAK = [("empty", " "), ("short", "letmein"), ("no base64", "whsec_(not base64 at all)"), ("few bytes", "whsec_AAAA")]


@pytest.mark.parametrize("secret", [row[1] for row in WEAK], ids=[row[0] for row in WEAK])
def test_a_weak_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(WeakSecret) as refused:
        sign(secret, ID, AT, BODY)
    assert not secret.strip() or secret.strip() not in str(refused.value)
