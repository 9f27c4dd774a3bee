"""What can be wrong with a WHEP request, each with a message fit for whoever set up the player."""


class WhepError(Exception):
    """The request is refused; the message says why."""


class MalformedOffer(WhepError):
    """The SDP cannot be read, or lacks what WebRTC needs."""


class NotAcceptable(WhepError):
    """The offer is sound, but these pictures cannot be sent to this player."""


class RestartUnsupported(WhepError):
    """The player asked for an ICE restart."""


class NoRoom(WhepError):
    """A bound on sessions is reached."""
