"""Signing in programs that know HTTP Basic alone (RFC 7617), such as GIS software.

The password of Basic is a device token: made for one program by signing in with `device`, random, revocable, kept as a
hash, and worth no more than a bearer token. The account's own password is never taken: it would be sent with every
request, hashed anew each time, and lie in the settings of a desktop program. Browsers are not invited to ask for one.
"""

import base64
import binascii

from starlette.requests import HTTPConnection

BELOW = "/ogc/"
"""Where it is taken; everywhere else programs send bearer tokens."""


class NotEncrypted(ValueError):
    """Basic came by plain http, where everybody on the way could have read it."""


def token_in(connection: HTTPConnection, credentials: str) -> str | None:
    """The token in the credentials of Basic, None where there is none or Basic is not taken. The user name is not
    looked at: the token says whose it is. Raises NotEncrypted."""
    if not connection.url.path.startswith(BELOW):
        return None
    if connection.url.scheme != "https":
        raise NotEncrypted("a user name and password are taken over https only")
    try:
        text = base64.b64decode(credentials.strip()[:2000], validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return text.partition(":")[2] or None
