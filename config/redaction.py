"""What of a configured value may be shown. A password typed in the wrong place must not reach a log."""

import re

_SHOWN_CHARACTERS = 80
_SECRET_KEY = re.compile(r"pass|secret|token|credential|pwd", re.IGNORECASE)
_SECRET_IN_URL = re.compile(r"(?:^|[^a-z])(?:password|passwd|passwort|pwd|psw|pass|token)\s*=", re.IGNORECASE)


def shown_value(path: tuple[str | int, ...], value: object) -> str:
    """`value` as an error may show it: short, and "" wherever a secret may stand."""
    if any(isinstance(step, str) and _SECRET_KEY.search(step) for step in path):
        return ""
    if isinstance(value, dict | list | tuple):
        return ""
    if value is None:
        return "(empty)"
    text = shown_url(value) if isinstance(value, str) and ("://" in value or "@" in value) else str(value)
    text = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def shown_url(url: str) -> str:
    """Scheme, host, port and path of an address, without user, password, query or fragment."""
    if has_user(url):
        scheme, _, rest = url.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2].split('/')[0]}/…" if rest else "…"
    if has_secret_parameter(url):
        return re.split(r"[/?#]", url.partition("://")[2])[0] + "/…"
    return re.split(r"[?#]", url)[0]


def has_user(url: str) -> bool:
    """Whether the address carries `user@` or `user:password@`. Any @ counts: in a path it would be written %40."""
    return "@" in url


def has_secret_parameter(url: str) -> bool:
    """Whether the address says `password=…` or the like in its path or query, as some cameras' do."""
    return _SECRET_IN_URL.search(url) is not None
