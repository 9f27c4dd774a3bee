"""A plan as plain data, for the command line and HTTP alike. It holds no password."""

from collections.abc import Mapping
from typing import Any

from estate.columns import HEADINGS
from estate.plan import Plan, Planned


def preview(plan: Plan) -> dict[str, Any]:
    """See docs/estate.md; rows are in the order of the table."""
    best = plan.system.guess.best
    return {
        "form": plan.form,
        "heading_row": plan.columns.heading_row,
        "columns": {name: plan.columns.heading(name) for name in HEADINGS if name in plan.columns.at},
        "unused_columns": [*plan.columns.unknown, *plan.columns.repeated],
        "coordinates": {
            "system": plan.system.system,
            "how": plan.system.how,
            "said": plan.system.said,
            "confidence": best.confidence if best else None,
            "fits": [
                {"system": fit.system, "inside": fit.inside, "road_m": fit.road_m, "confidence": fit.confidence}
                for fit in plan.system.guess.fits
            ],
        },
        "counts": counts(plan),
        "accounts": [{"name": one.name, "username": one.username} for one in plan.accounts],
        "changes": [
            {"camera_id": one.camera_id, "key": ".".join(one.path), "value": one.value} for one in plan.changes
        ],
        "rows": [_row(row) for row in plan.rows],
    }


def counts(plan: Plan) -> Mapping[str, int]:
    warnings = sum(1 for one in plan.issues if one.level == "warning")
    return {
        "rows": len(plan.rows),
        "new": len(plan.cameras),
        "known": plan.known,
        "changed": len({change.camera_id for change in plan.changes}),
        "faulty": plan.faulty,
        "warnings": warnings,
    }


def _row(row: Planned) -> dict[str, Any]:
    entry = row.entry
    issues = [
        {"column": one.column, "code": one.code.value, "level": one.level, "zh": one.zh, "en": one.en,
         "suggestion": one.suggestion}
        for one in entry.issues
    ]  # fmt: skip
    return {"row": entry.row, "name": entry.name, "host": entry.host, "known_as": row.known_as or None,
            "camera": None if entry.faulty else row.camera, "issues": issues}  # fmt: skip
