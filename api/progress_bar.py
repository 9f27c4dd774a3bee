"""A progress bar for commands that take a while."""

import sys


def show_progress(done: int, total: int) -> None:
    """On a terminal only: a log wants no bar."""
    if sys.stderr.isatty():
        bar = "█" * (30 * done // total) + "·" * (30 - 30 * done // total)
        print(f"\r{bar} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
