"""`gridwatch cameras reload`, and what other commands say after they have written cameras.yaml or the vault."""

import argparse
import asyncio
import sys
from pathlib import Path

from api.reload_socket import ask_to_reload


def cameras_reload(given: argparse.Namespace) -> int:
    """Has the running command centre read cameras.yaml again. Exit status 1 when that did not come about."""
    return tell_running(given.data, needed=True)


def tell_running(data: Path, *, needed: bool = False) -> int:
    """Says what came of it. Where no command centre runs, that is no failure unless it is `needed`."""
    answer = asyncio.run(ask_to_reload(data))
    if answer is None:
        text = f"the command centre with the data folder {data} is not running; it reads cameras.yaml when it starts"
        print(text, file=sys.stderr)
        return 1 if needed else 0
    for line in (*answer.get("problems", ()), *answer.get("unsettled", ())):
        print(line, file=sys.stderr)
    if "error" in answer:
        print(f"not taken over: {answer['error']}", file=sys.stderr)
        return 1
    print(
        f"taken over: {answer['added']} added, {answer['changed']} changed, {answer['removed']} removed",
        file=sys.stderr,
    )
    if answer["next_start"]:
        print(f"at the next start only: {', '.join(answer['next_start'])}", file=sys.stderr)
    return 0


def add_parsers(groups: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    verb = groups.add_parser("reload", parents=[where], help=cameras_reload.__doc__)
    verb.set_defaults(run=cameras_reload)
