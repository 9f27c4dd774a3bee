"""The step-up ladders: which measure is proposed for the n-th case of one vendor or firm. `escalation.yaml`."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from config.case_classes import Level
from config.strict import Strict

PartyKind = Literal["vendor", "firm"]
Measure = Literal["told", "warned", "held", "fined", "handed_over", "other"]
"""劝导, 书面警告, 暂扣, 罚款, 移交综合执法, 其他."""

DEFAULT_ESCALATION = Path(__file__).with_name("escalation.yaml")


class LadderStep(Strict):
    """From the `case`-th case on, until the next step."""

    case: int = Field(ge=1, le=1000, description="from the so-manieth case within the time on")
    measure: Measure
    level: Level | None = Field(default=None, description="the level the case should have by then")


class Ladder(Strict):
    """Holds for cases of its kind of party and its classes; where several do, the first."""

    kind: PartyKind
    classes: list[str] = Field(default=[], max_length=200, description="codes of case classes; none: all")
    within_days: int = Field(ge=1, le=3650, description="cases opened in so many days before, and the case itself")
    steps: list[LadderStep] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        cases = [step.case for step in self.steps]
        if cases != sorted(set(cases)):
            raise ValueError("has steps whose case does not rise from one to the next")
        return self

    def holds_for(self, case_class: str) -> bool:
        return not self.classes or case_class in self.classes

    def step(self, nth: int) -> LadderStep | None:
        """The step of the n-th case; None below the first."""
        return next((step for step in reversed(self.steps) if step.case <= nth), None)


class Escalation(Strict):
    """All ladders."""

    version: Literal[1]
    ladders: list[Ladder] = Field(max_length=100)

    def ladder(self, kind: str, case_class: str) -> Ladder | None:
        return next((one for one in self.ladders if one.kind == kind and one.holds_for(case_class)), None)
