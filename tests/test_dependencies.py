"""What the code imports is declared, and what is declared is imported: a package that another one happens to bring
along is gone with the next release of that other one."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = [
    "api",
    "config",
    "dispatch",
    "estate",
    "exchange",
    "gis",
    "incidents",
    "ingest",
    "runtime",
    "sim",
    "talkdown",
    "vision",
    "wall",
]
ALL = [*PRODUCT, "bench", "tests"]
SAME_MODULE = {"opencv-python-headless": "opencv-python"}
"""A machine without libGL has the other build of it (Makefile)."""
NOT_IMPORTED = {
    "httptools": "uvicorn reads HTTP with it",
    "onvif-zeep": "its WSDLs are read; importing it would set up logging for the whole process",
    "psycopg": "SQLAlchemy opens PostgreSQL with it",
    "python-multipart": "FastAPI reads uploaded forms with it",
    "websockets": "uvicorn serves WebSockets with it",
}
TOOLS = {"mypy", "ruff", "pytest-timeout", "pytest-xdist", "types-pyyaml", "types-shapely"}


def _plain(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _declared() -> tuple[set[str], set[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    dev = {_plain(text) for text in project["dependency-groups"]["dev"]}
    return {_plain(text) for text in project["project"]["dependencies"]}, dev


def _imported(packages: list[str]) -> dict[str, str]:
    """Modules from elsewhere, each with a file that imports it."""
    found: dict[str, str] = {}
    for path in (path for package in packages for path in sorted((ROOT / package).rglob("*.py"))):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            for module in {name.partition(".")[0] for name in names}:
                if module not in sys.stdlib_module_names and module not in ALL:
                    found.setdefault(module, str(path.relative_to(ROOT)))
    return found


def _distributions(modules: dict[str, str]) -> dict[str, str]:
    installed = packages_distributions()
    return {
        SAME_MODULE.get(_plain(name), _plain(name)): f"{module} in {where}"
        for module, where in modules.items()
        for name in installed.get(module, [f"{module} is not installed"])
    }


@pytest.mark.parametrize(("packages", "with_dev"), [(PRODUCT, False), (ALL, True)], ids=["product", "everything"])
def test_what_is_imported_is_declared(packages: list[str], with_dev: bool) -> None:
    needed, dev = _declared()
    used = _distributions(_imported(packages))
    assert {name: where for name, where in used.items() if name not in (needed | dev if with_dev else needed)} == {}
    assert {"h11", "lxml", "zeep"} <= used.keys()


def test_what_is_declared_is_imported() -> None:
    needed, dev = _declared()
    product, everything = _distributions(_imported(PRODUCT)), _distributions(_imported(ALL))
    assert needed - product.keys() == NOT_IMPORTED.keys()
    assert dev - everything.keys() == TOOLS


def test_the_locks_hold_every_declared_package() -> None:
    needed, dev = _declared()
    for lock, wanted in (("requirements.lock", needed), ("requirements-dev.lock", needed | dev)):
        locked = {_plain(line) for line in (ROOT / lock).read_text().splitlines() if re.match("[A-Za-z0-9]", line)}
        assert wanted - locked == set()
