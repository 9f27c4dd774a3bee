"""Imports run one way; read from the syntax trees, so an import hidden in a function is seen too."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = [
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
]
UNRELATED = {
    "vision": {"estate"},
    "incidents": {"ingest", "estate", "vision"},
    "dispatch": {"ingest", "estate", "vision"},
    "exchange": {"ingest", "estate", "vision", "dispatch"},
    "talkdown": {"estate", "vision", "dispatch"},
    "wall": {"gis", "estate", "vision", "dispatch", "exchange", "talkdown"},
}
ONLY_FOR_USE = {"sim", "bench", "tests"}


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def _sources(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts]


@pytest.mark.parametrize("package", ORDER)
def test_a_part_imports_only_what_stands_before_it(package: str) -> None:
    allowed = set(ORDER[: ORDER.index(package) + 1]) - UNRELATED.get(package, set())
    forbidden = (set(ORDER) | ONLY_FOR_USE) - allowed
    found = {str(path.relative_to(ROOT)): _imported(path) & forbidden for path in _sources(package)}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("package", ORDER)
def test_no_import_is_hidden_in_a_function(package: str) -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _sources(package)
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_the_walk_sees_something() -> None:
    assert all(_sources(package) for package in ORDER)
