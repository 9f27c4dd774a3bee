"""The order of the suite."""

from collections.abc import Iterable

import pytest


def _slowest_first(marks: Iterable[pytest.Mark]) -> int:
    names = {mark.name for mark in marks}
    return 0 if "slow" in names else 1 if "browser" in names else 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files stay whole. The longest begin first, so that no process is left alone with one at the end."""
    rank: dict[str, int] = {}
    for item in items:
        file = str(item.path)
        rank[file] = min(rank.get(file, 9), _slowest_first(item.iter_markers()))
    items.sort(key=lambda item: rank[str(item.path)])
