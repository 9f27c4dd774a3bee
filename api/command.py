"""`gridwatch`: everything an administrator does from a shell."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from api import account_commands, camera_commands, grid_commands
from api.certificate_check import CertificateProblem
from api.detector_check import detector_lines
from api.exchange_check import exchange_problems
from api.ground_check import ground_problems
from api.https import trust_lines
from api.listening import add_arguments as add_listening
from api.listening import read_arguments as read_listening
from api.log_format import set_up_logging
from api.serve import Installation, children, prepare, run_supervised, worker_count
from api.server_process import setup_code_file
from api.town_files import read_town, today_in
from config.load import load_cameras, read_cameras
from config.problem import ConfigError
from config.vault import VaultProblem
from config.yaml_edit import YamlEditError
from estate.apply import ApplyError
from estate.sheet import SheetError
from gis.files import GeographyError
from incidents import check
from incidents.errors import IncidentError
from runtime.clock import SystemClock

PROBLEMS = (CertificateProblem, ConfigError, GeographyError, IncidentError, VaultProblem, YamlEditError, ApplyError,
            SheetError, OSError, UnicodeDecodeError)  # fmt: skip
"""What is told without a trace of the program: each says what to do."""


def serve(given: argparse.Namespace) -> int:
    """Runs the command centre until SIGINT or SIGTERM."""
    file = load_cameras(given.config)
    if problems := exchange_problems(given.config, file):
        raise ConfigError(problems)
    installation = Installation(
        config=given.config.resolve(),
        data=given.data.resolve(),
        listening=given.listening,
        workers=given.workers or worker_count(len(file.cameras)),
        database=given.database,
        log_dir=given.log_dir,
    )
    prepare(installation)
    clock, url = SystemClock(), installation.listening.url
    print(f"{url} · one-time code for the first account: {setup_code_file(given.data)}")
    if installation.listening.https:
        credentials = installation.listening.https.credentials(installation.data)
        for warning in credentials.prepare(clock.now()).warnings:
            print(f"warning: {warning}")
        for line in trust_lines(credentials, installation.listening.port):
            print(line)
    asyncio.run(run_supervised(children(installation), clock))
    return 0


def config_check(given: argparse.Namespace) -> int:
    """Tells every problem of the configuration and of the files it names."""
    loaded = read_cameras(given.config)
    town = read_town(loaded.file, given.config.resolve().parent, today_in(loaded.file, SystemClock().now()))
    if problems := [*ground_problems(given.config, loaded.file), *exchange_problems(given.config, loaded.file)]:
        raise ConfigError(problems)
    for warning in loaded.warnings:
        print(f"warning: {warning}")
    for line in detector_lines(loaded, given.config):
        print(line)
    watched = sum(1 for camera in loaded.file.cameras if camera.enabled and camera.zones)
    print(
        f"{given.config}: {len(loaded.file.cameras)} cameras, {watched} watched by rules, {len(town.areas)} areas: good"
    )
    return 0


def setup_code(given: argparse.Namespace) -> int:
    path = setup_code_file(given.data)
    if not path.exists():
        print("no code is waiting: the first account has been made, or the command centre is not running")
        return 1
    print(path.read_text().strip())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gridwatch", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--config", type=Path, default=Path("config/cameras.yaml"))
    where.add_argument("--data", type=Path, default=Path("var/gridwatch"), help="all that is written goes here")
    where.add_argument("--database", default="", help="PostgreSQL URL; without it, SQLite in the data folder")

    verb = verbs.add_parser("serve", parents=[where], help=serve.__doc__)
    add_listening(verb)
    verb.add_argument("--workers", type=int, default=0, help="ingest processes; 0 chooses by cores and cameras")
    verb.add_argument("--log-dir", type=Path, help="a log file for each process; without it, standard error")
    verb.set_defaults(run=serve, parser=verb)

    groups = verbs.add_parser("config", help="the configuration").add_subparsers(required=True, metavar="COMMAND")
    groups.add_parser("check", parents=[where], help=config_check.__doc__).set_defaults(run=config_check)

    camera_commands.add_parsers(verbs, where)

    grid_commands.add_parsers(verbs, where)

    account_commands.add_parsers(verbs, where)

    verb = verbs.add_parser("setup-code", parents=[where], help="prints the one-time code for the first account")
    verb.set_defaults(run=setup_code)

    groups = verbs.add_parser("trace", help="the trace of all cases").add_subparsers(required=True, metavar="COMMAND")
    verb = groups.add_parser("check", help="checks that nothing in the trace was changed or taken away")
    check.add_arguments(verb)
    verb.set_defaults(run=check.run)
    return parser


def main(argv: list[str] | None = None) -> int:
    given = _parser().parse_args(argv)
    if given.run is serve:
        given.listening = read_listening(given.parser, given)
    set_up_logging(logging.INFO if given.run is serve else logging.WARNING)
    try:
        code: int = given.run(given)
    except PROBLEMS as problem:
        print(problem, file=sys.stderr)
        return 2
    return code


if __name__ == "__main__":
    sys.exit(main())
