"""Habits the whole tree keeps, held by reading it."""

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = [
    "runtime",
    "config",
    "gis",
    "ingest",
    "estate",
    "vision",
    "incidents",
    "dispatch",
    "exchange",
    "talkdown",
    "wall",
    "api",
    "sim",
]
VAGUE = {"utils", "util", "helpers", "common", "core", "misc", "manager"}
CLOCK_MODULES = {"runtime/clock.py"}
# Spelled in two halves, so that this file does not find itself.
REGISTRIES = ["registry.npm" + "js", "pypi" + ".org", "files.python" + "hosted", "deb.deb" + "ian"]


def _tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def _python() -> list[Path]:
    return [path for path in _tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in OURS]


def test_no_vague_module_names() -> None:
    assert [str(path) for path in _tracked() if path.stem in VAGUE] == []


def test_only_the_supervisor_catches_everything() -> None:
    broad = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _python()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    ]
    assert broad == []


def test_only_the_clock_reads_the_wall_clock() -> None:
    reads = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _python()
        if str(path.relative_to(ROOT)) not in CLOCK_MODULES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\btime\.(time|monotonic|sleep)\(|\basyncio\.sleep\((?!0\))|datetime\.(now|utcnow)\(", line)
    ]
    assert reads == []


def test_no_committed_file_names_a_registry() -> None:
    named = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix not in {".png", ".jpg", ".woff2", ".ico"}
        and any(host in path.read_text(errors="ignore") for host in REGISTRIES)
    ]
    assert named == []


def test_package_lock_has_no_addresses() -> None:
    locks = [path for path in _tracked() if path.name == "package-lock.json"]
    assert locks
    assert [path for path in locks if '"resolved"' in path.read_text()] == []
