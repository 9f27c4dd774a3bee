"""YAML text into plain values that remember their lines.

Scalars follow the YAML 1.2 core schema, not PyYAML's 1.1: `no` is a word, `05-01` and `010` are text, and `12:30` is
not seven hundred and fifty. Tags are refused, aliases are allowed within a bound, duplicate keys are problems.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from config.problem import ConfigError, Problem

Scalar = str | int | float | bool | None
Value = Scalar | list["Value"] | dict[str, "Value"]
KeyPath = tuple[str | int, ...]

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 24
MAX_VALUES = 2_000_000
"""After aliases are followed: ten short lines of aliases to aliases would otherwise become billions of values."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_WORDS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(slots=True)
class Document:
    """What a file says and on which line each key or list entry begins."""

    file: Path
    value: Value
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: KeyPath) -> int:
        """The line of the key, or of the nearest thing around it that the file has."""
        for length in range(len(path), -1, -1):
            found = self.lines.get(path[:length])
            if found is not None:
                return found
        return 1

    def problem(self, path: KeyPath, value: str, rule: str) -> Problem:
        return Problem(self.file, self.line(path), dotted(path), value, rule)


def dotted(path: KeyPath) -> str:
    """`("cameras", 3, "id")` as `cameras[3].id`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read_document(file: Path) -> Document:
    """Read one YAML file. Raises ConfigError when it cannot be opened, is too large, or is not YAML."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([Problem(file, 0, "", "", f"cannot be read: {error.strerror or error}")]) from error
    return parse_document(file, raw)


def parse_document(file: Path, raw: bytes) -> Document:
    """What `raw` says; `file` is only named in problems. Raises ConfigError when it is too large or not YAML."""
    if len(raw) > MAX_BYTES:
        raise ConfigError([Problem(file, 0, "", "", f"is larger than {MAX_BYTES // 1024 // 1024} MB")])
    return _Builder(file, raw).build()


def plain_scalar(text: str) -> Scalar:
    """An unquoted scalar by the core schema. Numbers with leading zeros stay text: they are codes."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text) and not _LEADING_ZERO.match(text):
        return float(text)
    return text


@dataclass(frozen=True, slots=True)
class _Subtree:
    """An anchored value, kept to be repeated: the values it counts for and the depth it needs below itself."""

    value: Value
    values: int
    depth: int


class _Builder:
    """Builds values from parser events, so that depth and size are checked before anything is built."""

    def __init__(self, file: Path, raw: bytes) -> None:
        self._file = file
        self._raw = raw
        self._document = Document(file, None)
        self._anchors: dict[str, _Subtree] = {}
        self._values = 0
        self._deepest = 0

    def build(self) -> Document:
        loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            self._loader = loader_class(self._raw)
        except yaml.YAMLError as error:
            raise self._syntax(error) from error
        try:
            self._loader.get_event()
            if self._loader.check_event(yaml.StreamEndEvent):
                raise self._fail(1, "is empty")
            self._loader.get_event()
            self._document.value = self._value((), 0)
            self._loader.get_event()
            if not self._loader.check_event(yaml.StreamEndEvent):
                raise self._fail(self._loader.peek_event().start_mark.line + 1, "has a second document; one is allowed")
        except yaml.YAMLError as error:
            raise self._syntax(error) from error
        finally:
            self._loader.dispose()
        return self._document

    def _value(self, path: KeyPath, depth: int) -> Value:
        event = self._loader.get_event()
        line = event.start_mark.line + 1
        self._document.lines.setdefault(path, line)
        self._count(1, depth, line)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth, line)
        if event.tag is not None and event.tag != "!":
            raise self._fail(line, f"tags such as {str(event.tag)[:40]} are not allowed")
        before, outer_deepest = self._values, self._deepest
        self._deepest = depth
        value: Value
        if isinstance(event, yaml.ScalarEvent):
            value = plain_scalar(event.value) if event.implicit[0] else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path, depth)
        else:
            value = self._mapping(path, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Subtree(value, self._values - before, self._deepest - depth)
        self._deepest = max(self._deepest, outer_deepest)
        return value

    def _alias(self, event: yaml.AliasEvent, depth: int, line: int) -> Value:
        name = event.anchor or ""
        kept = self._anchors.get(name)
        if kept is None:
            raise self._fail(line, f"alias *{name[:40]} has no anchor before it")
        self._count(kept.values, depth + kept.depth, line)
        return kept.value

    def _sequence(self, path: KeyPath, depth: int) -> Value:
        items: list[Value] = []
        while not self._loader.check_event(yaml.SequenceEndEvent):
            items.append(self._value((*path, len(items)), depth + 1))
        self._loader.get_event()
        return items

    def _mapping(self, path: KeyPath, depth: int) -> Value:
        entries: dict[str, Value] = {}
        while not self._loader.check_event(yaml.MappingEndEvent):
            event = self._loader.get_event()
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
                raise self._fail(line, "a key must be plain text")
            key, inner = event.value, (*path, event.value)
            if key == "<<":
                raise self._fail(line, "merge keys (<<) are not allowed; repeat the keys or alias whole values")
            if key in entries:
                first = self._document.lines[inner]
                self._document.problems.append(
                    Problem(self._file, line, dotted(inner), "", f"is given twice; first on line {first}")
                )
            else:
                self._document.lines[inner] = line
            value = self._value(inner, depth + 1)
            entries.setdefault(key, value)
        self._loader.get_event()
        return entries

    def _count(self, values: int, depth: int, line: int) -> None:
        self._values += values
        self._deepest = max(self._deepest, depth)
        if self._values > MAX_VALUES:
            raise self._fail(line, f"has more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            raise self._fail(line, f"is nested more than {MAX_DEPTH} levels deep")

    def _fail(self, line: int, rule: str) -> ConfigError:
        return ConfigError([*self._document.problems, Problem(self._file, line, "", "", rule)])

    def _syntax(self, error: yaml.YAMLError) -> ConfigError:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be parsed"
        line = mark.line + 1 if mark is not None else 1
        return self._fail(line, f"is not YAML: {reason}")
