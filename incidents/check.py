"""Checks that the trace is whole: `python -m incidents.check --data DIR` (or `--database URL`).

Prints one line and ends with 0 when every entry and every case fits, 1 when something does not, 2 when there is
nothing to check. Write the head it prints down somewhere else from time to time: `--expect SEQ:HASH` holds the chain
against it, which even a rewritten database does not pass.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from incidents.evidence_files import EvidenceFiles
from incidents.store import DATABASE_FILE, EVIDENCE_FOLDER, Store, open_store
from incidents.store.schema import evidence
from incidents.trace import TraceCheck, check_all

_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class Findings:
    trace: TraceCheck
    damaged_evidence: tuple[str, ...]
    evidence_files: int

    @property
    def sound(self) -> bool:
        return self.trace.valid and not self.damaged_evidence


def check_store(store: Store, evidence_folder: Path | None, expect: tuple[int, str] | None = None) -> Findings:
    """The trace, and, where a folder is given, every evidence file against the hash it was stored under."""
    with store.read() as connection:
        result = check_all(connection, expect)
        hashes = sorted(set(connection.execute(select(evidence.c.sha256)).scalars())) if evidence_folder else []
    files = EvidenceFiles(evidence_folder) if evidence_folder else None
    damaged = tuple(sha256 for sha256 in hashes if files is not None and not files.intact(sha256))
    return Findings(result, damaged, len(hashes))


def parse_head(text: str) -> tuple[int, str]:
    """`SEQ:HASH` as printed. Raises argparse.ArgumentTypeError."""
    match = _HEAD.match(text)
    if match is None:
        raise argparse.ArgumentTypeError("must be SEQ:HASH as printed by an earlier check")
    return int(match[1]), match[2]


def report(findings: Findings) -> str:
    """For people, one finding a line."""
    found = findings.trace
    if found.valid:
        lines = [f"trace: {found.entries} entries, all whole; head {found.head_seq}:{found.head_hash}"]
    else:
        lines = [f"trace: BROKEN at entry {found.broken_at}: {found.problem}"]
    if findings.damaged_evidence:
        lines += [f"evidence: MISSING or changed: {sha256}" for sha256 in findings.damaged_evidence]
    elif findings.evidence_files:
        lines.append(f"evidence: {findings.evidence_files} files, all whole")
    return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For a command line that has this check among others."""
    parser.add_argument("--data", type=Path, help="data folder of the centre")
    parser.add_argument("--database", help="URL of the database where it is not in the data folder")
    parser.add_argument("--expect", type=parse_head, metavar="SEQ:HASH", help="a head written down earlier")


def run(arguments: argparse.Namespace) -> int:
    """Exit status as described above."""
    data: Path | None = arguments.data
    if data is None and arguments.database is None:
        sys.stderr.write("say where: --data DIR or --database URL\n")
        return 2
    if arguments.database is None and data is not None and not (data / DATABASE_FILE).is_file():
        sys.stderr.write(f"{data / DATABASE_FILE}: no such database\n")
        return 2
    store = open_store(arguments.database or data / DATABASE_FILE, migrate=False)  # type: ignore[operator]
    try:
        findings = check_store(store, data / EVIDENCE_FOLDER if data is not None else None, arguments.expect)
    except DBAPIError as error:
        sys.stderr.write(f"cannot read the database: {error.orig}\n")
        return 2
    finally:
        store.close()
    sys.stdout.write(report(findings) + "\n")
    return 0 if findings.sound else 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m incidents.check", description="Check that the trace is whole.")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
