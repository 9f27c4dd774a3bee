from pathlib import Path

import pytest

from config.problem import ConfigError
from config.yaml_document import MAX_BYTES, MAX_DEPTH, Document, plain_scalar, read_document


def read(folder: Path, text: str) -> Document:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return read_document(path)


SCALARS = {
    "word that YAML 1.1 takes for false": ("no", "no"),
    "case class": ("05-01", "05-01"),
    "time of day that YAML 1.1 takes for a number": ("12:30:00", "12:30:00"),
    "date": ("2026-01-01", "2026-01-01"),
    "leading zero": ("010", "010"),
    "integer": ("-17", -17),
    "float": ("1.5e3", 1500.0),
    "float without zero": (".5", 0.5),
    "true": ("true", True),
    "null": ("~", None),
    "empty": ("", None),
    "infinity is a word": (".inf", ".inf"),
    "more digits than any number here": ("9" * 40, 10.0**40),
}


@pytest.mark.parametrize(("text", "value"), SCALARS.values(), ids=SCALARS.keys())
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    assert plain_scalar(text) == value
    assert type(plain_scalar(text)) is type(value)


def test_keeps_the_line_of_every_key_and_entry(tmp_path: Path) -> None:
    document = read(tmp_path, "a: 1\nb:\n  - x: 2\n    y: 3\n  - {x: 4}\n")
    assert document.value == {"a": 1, "b": [{"x": 2, "y": 3}, {"x": 4}]}
    assert document.lines[("b",)] == 2
    assert document.lines[("b", 0, "y")] == 4
    assert document.line(("b", 1, "x")) == 5
    assert document.line(("b", 1, "missing", 0)) == 5


def test_quoted_scalars_stay_text(tmp_path: Path) -> None:
    assert read(tmp_path, "a: \"1\"\nb: 'true'\n").value == {"a": "1", "b": "true"}


def test_an_alias_repeats_a_value(tmp_path: Path) -> None:
    assert read(tmp_path, "a: &z [1, 2]\nb: *z\n").value == {"a": [1, 2], "b": [1, 2]}


def test_a_key_given_twice_is_a_problem_and_keeps_the_first_value(tmp_path: Path) -> None:
    document = read(tmp_path, "a: 1\nb: 2\na: 3\n")
    assert document.value == {"a": 1, "b": 2}
    assert [(p.line, p.key, p.rule) for p in document.problems] == [(3, "a", "is given twice; first on line 1")]


def laughs(levels: int) -> str:
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def nested_aliases(levels: int) -> str:
    return "\n".join(["l0: &l0 [x]"] + [f"l{n}: &l{n} [*l{n - 1}]" for n in range(1, levels)])


REFUSED = {
    "billion laughs": (laughs(9), "has more than"),
    "deep nesting": ("a: " + "[" * (MAX_DEPTH + 2), "is nested more than"),
    "deep nesting through aliases": (nested_aliases(MAX_DEPTH + 2), "is nested more than"),
    "a hundred thousand brackets": ("[" * 100_000, "is nested more than"),
    "an object of Python": ("a: !!python/object/apply:os.system ['true']", "tags such as"),
    "any tag": ("a: !!int 3", "tags such as"),
    "merge key": ("a: &a {b: 1}\nc:\n  <<: *a\n", "merge keys"),
    "an alias inside its own anchor": ("a: &a [*a]", "has no anchor before it"),
    "an unknown alias": ("a: *b", "has no anchor before it"),
    "a list as a key": ("? [1, 2]\n: 3\n", "a key must be plain text"),
    "two documents": ("a: 1\n---\nb: 2\n", "has a second document"),
    "nothing": ("# only a comment\n", "is empty"),
    "broken quotes": ("a: 1\nb: 'x\n", "is not YAML"),
    "a tab for indentation": ("a:\n\t- 1\n", "is not YAML"),
    "a control character": ("a: \x01\n", "is not YAML"),
}


@pytest.mark.parametrize(("text", "rule"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert rule in caught.value.problems[-1].rule
    assert caught.value.problems[-1].line >= 1


def test_refuses_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(ConfigError, match="is larger than 32 MB"):
        read_document(path)


def test_refuses_what_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("name: 清渡镇\n".encode("gb18030"))
    with pytest.raises(ConfigError, match="is not YAML"):
        read_document(path)


def test_says_that_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_document(tmp_path / "none.yaml")
