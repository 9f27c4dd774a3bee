from pathlib import Path

import pytest

from config.escalation import Escalation
from config.load import load_case_classes, load_escalation, read_cameras
from config.problem import ConfigError

SHIPPED = load_escalation()

PROPOSED = {
    "the first time": (1, "told"),
    "the second": (2, "warned"),
    "the third": (3, "handed_over"),
    "and every further one": (9, "handed_over"),
}


@pytest.mark.parametrize(("nth", "measure"), PROPOSED.values(), ids=PROPOSED.keys())
def test_the_shipped_ladder_steps_up(nth: int, measure: str) -> None:
    ladder = SHIPPED.ladder("vendor", "05-01")
    assert ladder is not None
    step = ladder.step(nth)
    assert step is not None
    assert step.measure == measure
    assert (step.level == 3) == (measure == "handed_over")


def test_the_shipped_ladders_know_only_classes_of_the_shipped_catalogue() -> None:
    classes = load_case_classes()
    assert all(classes.get(code) for ladder in SHIPPED.ladders for code in ladder.classes)
    assert SHIPPED.ladder("vendor", "01-01") is None
    assert SHIPPED.ladder("firm", "09-01") is not None


def test_below_the_first_step_nothing_is_proposed() -> None:
    steps = [{"case": 3, "measure": "fined"}]
    late = Escalation.model_validate(
        {"version": 1, "ladders": [{"kind": "firm", "within_days": 30, "steps": steps}]}
    ).ladders[0]
    assert late.step(2) is None


FAULTS = {
    "steps that fall": ("[{case: 2, measure: told}, {case: 1, measure: warned}]", "does not rise"),
    "a measure nobody knows": ("[{case: 1, measure: shouted}]", "measure"),
    "no steps": ("[]", "at least 1"),
    "a class the catalogue lacks": ("[{case: 1, measure: told}]", "no such class"),
}


@pytest.mark.parametrize(("steps", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, steps: str, said: str) -> None:
    ladder = f"version: 1\nladders:\n  - {{kind: vendor, classes: ['77-77'], within_days: 9, steps: {steps}}}\n"
    (tmp_path / "escalation.yaml").write_text(ladder)
    (tmp_path / "cameras.yaml").write_text(
        "version: 1\ntown: {name: x, area: T, files: {areas: a, grids: g, escalation: escalation.yaml}}\ncameras: []\n"
    )
    (tmp_path / "a").touch()
    (tmp_path / "g").touch()
    with pytest.raises(ConfigError) as caught:
        read_cameras(tmp_path / "cameras.yaml")
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == 1
    assert said in found[0]
    assert "escalation.yaml:3" in found[0]
