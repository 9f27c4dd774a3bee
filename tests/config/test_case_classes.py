from pathlib import Path

import pytest

from config.case_classes import Deadline
from config.load import load_case_classes
from config.problem import ConfigError

VALID = """\
version: 1
profile: ours
deadlines: {level_1: {hours: 2}, level_2: {hours: 24}, level_3: {days: 5}, level_4: {days: 7}}
majors:
  - {code: "05", zh: 街面秩序, en: Street order}
classes:
  - {code: 05-01, zh: 无照经营游商, en: Unlicensed street vendor, level: 2, platform: law-enforcement}
"""

NAMED = {
    "stall": ("05-01", "无照经营游商", "law-enforcement"),
    "garbage": ("01-02", "暴露垃圾", "law-enforcement"),
    "spoil": ("01-03", "积存垃圾渣土", "law-enforcement"),
    "trading outside the shop": ("05-04", "店外经营", "law-enforcement"),
    "parking": ("05-05", "机动车乱停放", "law-enforcement"),
    "piled material": ("05-07", "乱堆物料", "law-enforcement"),
}


@pytest.mark.parametrize(("code", "zh", "platform"), NAMED.values(), ids=NAMED.keys())
def test_the_catalogue_that_comes_along_knows(code: str, zh: str, platform: str) -> None:
    found = load_case_classes().get(code)
    assert found is not None
    assert (found.zh, found.platform) == (zh, platform)


def test_all_ten_major_classes_are_used() -> None:
    classes = load_case_classes()
    assert {one.major for one in classes.classes} == {major.code for major in classes.majors}
    assert len(classes.majors) == 10
    assert len(classes.classes) >= 42


def test_every_class_says_when_it_is_filed_and_closed() -> None:
    classes = load_case_classes().classes
    assert [one.code for one in classes if one.files_when is None or one.closes_when is None] == []
    national = [one.national for one in classes if one.national is not None]
    assert len(national) == len(set(national)) >= 30
    assert {one.code: one.national for one in classes}["05-01"] == "0501"


DEADLINES = {
    "level 1": ("05-01", 1, Deadline(hours=2)),
    "level 2": ("05-01", 2, Deadline(hours=24)),
    "level 3": ("05-01", 3, Deadline(days=5)),
    "level 4": ("05-01", 4, Deadline(days=7)),
    "a class with its own": ("04-03", 3, Deadline(hours=2)),
    "that class at another level": ("04-03", 4, Deadline(days=7)),
}


@pytest.mark.parametrize(("code", "level", "allowed"), DEADLINES.values(), ids=DEADLINES.keys())
def test_deadlines(code: str, level: int, allowed: Deadline) -> None:
    assert load_case_classes().deadline(code, level) == allowed  # type: ignore[arg-type]


def test_an_unknown_class_has_no_deadline() -> None:
    with pytest.raises(KeyError):
        load_case_classes().deadline("99-99", 1)


BROKEN = {
    "class twice": ("classes:\n", "classes:\n  - {code: 05-01, zh: 甲, en: A, level: 1, platform: public-order}\n",
        "has a class more than once: 05-01"),
    "class without major": ("code: 05-01", "code: 06-01", "has classes without their major class: 06-01"),
    "unknown platform": ("law-enforcement", "police", "platform = 'police': must be 'public-order'"),
    "national code": ("level: 2,", "level: 2, national: '05-1',", "national = '05-1'"),
    "condition in one language": ("level: 2,", "level: 2, files_when: {zh: 有},", "files_when.en: is missing"),
    "level 5": ("level: 2,", "level: 5,", "level = 5: must be 1, 2, 3 or 4"),
    "no deadline": ("level_4: {days: 7}", "level_4: {}", "level_4: must have exactly one of hours, days, working"),
    "two deadlines": ("level_4: {days: 7}", "level_4: {days: 7, hours: 1}", "must have exactly one of hours, days"),
    "a level left out": (", level_4: {days: 7}", "", "deadlines.level_4: is missing"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_refuses(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "classes.yaml"
    path.write_text(VALID, encoding="utf-8")
    assert load_case_classes(path).profile == "ours"
    assert old in VALID
    path.write_text(VALID.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_case_classes(path)
    assert said in str(caught.value)
