"""Counts sorted into few classes for a map of shades: natural breaks (Fisher 1958, known as Jenks)."""

from collections.abc import Iterable

import numpy as np

MOST_STEPS = 400
"""Different values looked at; of more, neighbours are taken together: the work grows with their square."""


def natural_limits(counts: Iterable[int], most: int) -> tuple[int, ...]:
    """Upper limits of at most so many classes of the counts above 0, rising, the last the highest count: those within
    which counts differ least from their mean. Empty where nothing was counted."""
    values, n = np.unique(np.array([one for one in counts if one > 0], dtype=np.int64), return_counts=True)
    if len(values) <= most:
        return tuple(int(one) for one in values)
    if len(values) > MOST_STEPS:
        parts = np.array_split(np.arange(len(values)), MOST_STEPS)
        n = np.array([n[part].sum() for part in parts])
        values = np.array([values[part[-1]] for part in parts])
    weight, total, squares = (np.concatenate([[0.0], np.cumsum(n * values**power)]) for power in (0.0, 1.0, 2.0))
    begin, end = np.arange(len(values))[:, None], np.arange(1, len(values) + 1)[None, :]
    inside = np.maximum(weight[end] - weight[begin], 1.0)
    cost = squares[end] - squares[begin] - (total[end] - total[begin]) ** 2 / inside
    cost = np.where(begin < end, cost, np.inf)
    best, begins = cost[0], []
    for _ in range(most - 1):
        # The last class begins at each row; what lies before it is cut as well as can be.
        tried = np.concatenate([[np.inf], best[:-1]])[:, None] + cost
        begins.append(tried.argmin(axis=0))
        best = tried.min(axis=0)
    limits, last = [int(values[-1])], len(values) - 1
    for row in reversed(begins):
        last = int(row[last]) - 1
        limits.append(int(values[last]))
    return tuple(reversed(limits))
