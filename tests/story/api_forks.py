"""Starts the API process again and again. Run by test_killed; never imported.

Each line on standard input holds the arguments of `api.server_process` as JSON and starts one in a process of its own,
forked from this one, because importing takes longer than serving. `pid N` names it, `over` says that it is dead.
"""

import json
import os
import sys

from api.server_process import main


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def serve_forks() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(main(json.loads(line)))
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("over")


if __name__ == "__main__":
    serve_forks()
