"""The catalogue of case classes: codes, names, usual level, who handles it, and how soon."""

from collections import Counter
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from config.strict import Strict

Level = Literal[1, 2, 3, 4]
Platform = Literal["public-order", "market-supervision", "law-enforcement", "convenience-service"]
"""The four platforms: 综治工作, 市场监管, 综合执法, 便民服务."""

DEFAULT_CASE_CLASSES = Path(__file__).with_name("case_classes.yaml")


class Deadline(Strict):
    """Time allowed from filing to handling. Exactly one is given; working time runs by the working calendar."""

    hours: float | None = Field(default=None, gt=0, le=24 * 365)
    days: float | None = Field(default=None, gt=0, le=365, description="calendar days: the same time so many days on")
    working_hours: float | None = Field(default=None, gt=0, le=1000)
    working_days: float | None = Field(default=None, gt=0, le=150, description="each as long as the calendar's day")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if [self.hours, self.days, self.working_hours, self.working_days].count(None) != 3:
            raise ValueError("must have exactly one of hours, days, working_hours and working_days")
        return self


class Deadlines(Strict):
    """Deadlines of the four levels."""

    level_1: Deadline
    level_2: Deadline
    level_3: Deadline
    level_4: Deadline

    def of(self, level: Level) -> Deadline:
        """The deadline of one level."""
        return {1: self.level_1, 2: self.level_2, 3: self.level_3, 4: self.level_4}[level]


class OwnDeadlines(Strict):
    """Deadlines in which one class differs from the general ones."""

    level_1: Deadline | None = None
    level_2: Deadline | None = None
    level_3: Deadline | None = None
    level_4: Deadline | None = None

    def of(self, level: Level) -> Deadline | None:
        """The class's own deadline of one level."""
        return {1: self.level_1, 2: self.level_2, 3: self.level_3, 4: self.level_4}[level]


class MajorClass(Strict):
    """A group of case classes; its code is the first part of theirs."""

    code: str = Field(pattern=r"^[0-9]{2}$")
    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=120)


class Words(Strict):
    """One sentence in both languages."""

    zh: str = Field(min_length=1, max_length=400)
    en: str = Field(min_length=1, max_length=400)


class Skill(Strict):
    """What somebody must have to be sent to some cases: a law enforcement certificate, say."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    zh: str = Field(min_length=1, max_length=20)
    en: str = Field(min_length=1, max_length=40)


class CaseClass(Strict):
    """One kind of case."""

    code: str = Field(pattern=r"^[0-9]{2}-[0-9]{2}$", description="major and minor class, e.g. 05-01")
    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=120)
    level: Level = Field(description="the level a new case gets when nothing else sets one")
    platform: Platform = Field(description="the platform that handles it")
    post: str | None = Field(
        default=None, max_length=40, description="the town's post that handles it, where that is not its platform's"
    )
    national: str | None = Field(default=None, pattern=r"^[0-9]{4}$", description="minor class of GB/T 30428.2")
    files_when: Words | None = Field(default=None, description="what must be the case for it to be filed (立案条件)")
    closes_when: Words | None = Field(default=None, description="what must be done for it to be closed (结案条件)")
    deadlines: OwnDeadlines = OwnDeadlines()
    people: int = Field(default=1, ge=1, le=4, description="how many are sent together")
    skills: list[str] = Field(default=[], max_length=8, description="what who is sent must have: ids of `skills`")

    @property
    def major(self) -> str:
        """Code of the major class."""
        return self.code[:2]


class CaseClasses(Strict):
    """The whole catalogue."""

    version: Literal[1]
    profile: str = Field(min_length=1, max_length=120, description="name of the catalogue and its edition")
    urge_after: float = Field(
        default=0.8, gt=0, lt=1, description="share of the time allowed after which the system urges, before it is up"
    )
    deadlines: Deadlines
    skills: list[Skill] = Field(default=[], max_length=64, description="what people can have, given with the account")
    majors: list[MajorClass] = Field(min_length=1, max_length=99)
    classes: list[CaseClass] = Field(min_length=1, max_length=2000)

    @model_validator(mode="after")
    def _codes_agree(self) -> Self:
        majors = [major.code for major in self.majors]
        codes = [one.code for one in self.classes]
        for kind, given in (("major class", majors), ("class", codes)):
            repeated = sorted(code for code, count in Counter(given).items() if count > 1)
            if repeated:
                raise ValueError(f"has a {kind} more than once: {', '.join(repeated)}")
        orphans = sorted(code for code in codes if code[:2] not in majors)
        if orphans:
            raise ValueError(f"has classes without their major class: {', '.join(orphans)}")
        known = [skill.id for skill in self.skills]
        if len(set(known)) != len(known):
            raise ValueError("has a skill more than once")
        unknown = sorted({f"{one.code} {skill}" for one in self.classes for skill in one.skills if skill not in known})
        if unknown:
            raise ValueError(f"has classes that want skills it does not name: {', '.join(unknown)}")
        return self

    def get(self, code: str) -> CaseClass | None:
        """The class of that code."""
        return next((one for one in self.classes if one.code == code), None)

    def deadline(self, code: str, level: Level) -> Deadline:
        """Time allowed for a case of that class and level. Raises KeyError for an unknown class."""
        case_class = self.get(code)
        if case_class is None:
            raise KeyError(code)
        return case_class.deadlines.of(level) or self.deadlines.of(level)
