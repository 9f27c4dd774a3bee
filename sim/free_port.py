"""Ports for servers of this machine alone."""

import socket


def free_port(wanted: int = 0) -> int:
    """`wanted`, or one the system has free when somebody else has it. Raises OSError when there is none."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")
