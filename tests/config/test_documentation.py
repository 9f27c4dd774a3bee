import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from config.cameras import CamerasFile, Zone
from config.case_classes import CaseClasses
from config.escalation import Escalation
from config.model_keys import keys_of, model_at
from config.posts import Posts
from config.working_calendar import WorkingCalendar

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
SECTIONS = {
    "`cameras.yaml`": CamerasFile,
    "`case_classes.yaml`": CaseClasses,
    "`working_calendar.yaml`": WorkingCalendar,
    "`escalation.yaml`": Escalation,
    "`posts.yaml`": Posts,
}


def documented(section: str) -> set[str]:
    """Keys in the first column of the tables of one section."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize(("section", "model"), SECTIONS.items(), ids=SECTIONS.keys())
def test_every_key_is_documented_and_no_other(section: str, model: type[BaseModel]) -> None:
    assert documented(section) == set(keys_of(model))


def test_the_walk_reaches_lists_names_and_optional_models() -> None:
    keys = set(keys_of(CamerasFile))
    assert {"cameras[].zones[].size.min_m", "credentials.*.username", "cameras[].streams.main.url"} <= keys


def test_defaults_in_the_page_are_those_of_the_models() -> None:
    rows = [line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if "|" in line]
    checked = 0
    for row in rows:
        key = row[0].strip().strip("`")
        default = row[2].strip() if len(row) == 3 else ""
        if re.fullmatch(r"[0-9.]+|true|false", default):
            path = tuple(0 if step == "[]" else step for step in re.findall(r"\w+|\[\]", key))
            around = model_at(CamerasFile, path[:-1])
            assert around is not None, key
            found = around.model_fields[str(path[-1])].default
            if key.startswith("cameras[].zones[].size."):
                found = getattr(Zone.model_fields["size"].default, str(path[-1]))
            assert str(float(found) if default[0].isdigit() else found).lower() == (
                str(float(default)) if default[0].isdigit() else default
            ), key
            checked += 1
    assert checked >= 10
