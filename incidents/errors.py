"""What can go wrong with a request to this part. No HTTP here: the API maps each to a status once."""


class IncidentError(Exception):
    """Base of all; the message is fit for the person who asked and holds no secret. `zh` is the same in Chinese, ""
    where nobody has put it so."""

    def __init__(self, message: str, where: str = "", zh: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.zh = zh


class NotFound(IncidentError):
    """There is no such thing, or it lies outside the caller's areas: the two are answered alike."""


class NotAllowed(IncidentError):
    """The caller may see it and may not do this to it."""


class Conflict(IncidentError):
    """The thing is in a state, or has a version, that does not allow this."""


class Invalid(IncidentError):
    """The request itself is wrong; `where` names the field."""


class SignInFailed(IncidentError):
    """Name, password or code is wrong. Which of them is never said."""


class Throttled(IncidentError):
    """Too many attempts, failed ones or all at once; `retry_seconds` until the next may be made."""

    def __init__(self, retry_seconds: float) -> None:
        super().__init__(f"too many attempts, try again in {max(1, round(retry_seconds))} s")
        self.retry_seconds = retry_seconds
