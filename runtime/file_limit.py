"""How many files and sockets this process, and those it starts, may have open."""

import resource


def raise_file_limit() -> None:
    """To the hard limit. A socket for each camera: the usual soft limit of 1024 is soon reached, the hard is not."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
