"""Changes to a YAML file that leave everything else as it stands: comments, order, quotes, blank lines.

Only the text of what is added or replaced is written; the result is read back, and must say exactly what the file said
before plus the changes.
"""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from config.problem import ConfigError
from config.yaml_document import KeyPath, Value, dotted, parse_document, plain_scalar

_PLAIN = re.compile(r"[A-Za-z0-9_\u4e00-\u9fff][A-Za-z0-9_\-\u4e00-\u9fff]*")
_WORDS_ELSEWHERE = {"y", "n", "yes", "no", "on", "off"}
"""Words to us, but not to readers of YAML 1.1."""
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What YAML takes for a line's end or refuses, and JSON does not."""
_BOM = "\ufeff"


class YamlEditError(Exception):
    """The file cannot be changed without touching more than was asked for; it is left as it is."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str
    indent: int = 0
    """Of two insertions at one place the deeper comes first: it belongs to what ends there."""


class YamlEdit:
    """Gathers changes to the text of one file; `result` is the whole new text. Paths are those of the file as read."""

    def __init__(self, file: Path, text: str) -> None:
        """Raises ConfigError when it is not YAML this program reads."""
        self._file = file
        self._bom = _BOM if text.startswith(_BOM) else ""
        self._text = text.removeprefix(_BOM)
        self._newline = "\r\n" if "\r\n" in self._text else "\n"
        self._wanted = _unshared(self._read(self._text))
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._root: Any = yaml.compose(self._text, Loader=loader)
        self._edits: list[_Edit] = []

    def append(self, path: KeyPath, items: list[Value]) -> None:
        """Adds items at the end of a list. Raises YamlEditError."""
        if not items:
            return
        node = self._node(path)
        if not isinstance(node, yaml.SequenceNode):
            raise YamlEditError(f"{dotted(path)} is not a list")
        if node.flow_style and node.value:
            raise YamlEditError(f"{dotted(path)} is written in brackets; write each entry on lines of its own: - …")
        indent = node.start_mark.column if node.value else 2 * len(path)
        lines = [line for item in items for line in _item_lines(item, indent)]
        if node.value:
            self._insert_lines(_end_of(node), lines, indent)
        else:
            text = "".join(self._newline + line for line in lines)
            self._edits.append(_Edit(node.start_mark.index, node.end_mark.index, text))
        self._at(path).extend(_unshared(items))

    def in_brackets(self, path: KeyPath) -> bool:
        """Whether the list or mapping there is written in brackets or braces. Raises YamlEditError."""
        node = self._node(path)
        return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)

    def keys(self, path: KeyPath) -> set[str]:
        """The keys of the mapping there. Raises YamlEditError."""
        node = self._node(path)
        return {str(child.value) for child, _ in node.value} if isinstance(node, yaml.MappingNode) else set()

    def replace_item(self, path: KeyPath, index: int, value: Value) -> None:
        """Writes an entry of a list anew; comments within it are lost. Raises YamlEditError."""
        node = self._node((*path, index))
        start, end = node.start_mark.index, _end_of(node)
        if isinstance(value, dict) and isinstance(node, yaml.MappingNode) and not node.flow_style:
            column = node.start_mark.column
            lines = [line for key, inner in value.items() for line in _entry_lines(key, inner, column)]
            text = self._newline.join(lines)[column:]
        else:
            text = _flow(value)
        self._edits.append(_Edit(start, end, text))
        self._at(path)[index] = _unshared(value)

    def put(self, path: KeyPath, key: str, value: Value, *, after: str | None = None, over_lines: bool = False) -> None:
        """Sets one key of the mapping at `path`. A new key goes to the end, or after the key `after`.

        Raises YamlEditError, also where a value written over several lines would be replaced, unless `over_lines`:
        then comments within it are lost.
        """
        node = self._node(path)
        if not isinstance(node, yaml.MappingNode):
            raise YamlEditError(f"{dotted(path) or 'the file'} does not hold keys and values")
        present = {child.value: (child, inner) for child, inner in node.value}
        if key in present:
            self._replace((*path, key), *present[key], value, over_lines)
        elif node.flow_style:
            before = self._text[: node.end_mark.index - 1].rstrip()
            separator = "" if before[-1:] in "{," else ","
            text = f"{separator} {_flow(key)}: {_flow(value)}"
            self._edits.append(_Edit(len(before), len(before), text))
        elif not node.value:
            raise YamlEditError(f"{dotted(path) or 'the file'} is empty")
        else:
            last = present[after] if after in present else node.value[-1]
            lines = _entry_lines(key, value, node.start_mark.column)
            self._insert_lines(max(last[0].end_mark.index, _end_of(last[1])), lines, node.start_mark.column + 1)
        self._at(path)[key] = _unshared(value)

    def remove(self, path: KeyPath, key: str) -> None:
        """Takes a key with its lines away; with the last one, the mapping that held it. Raises YamlEditError."""
        node = self._node(path)
        if not isinstance(node, yaml.MappingNode) or node.flow_style:
            raise YamlEditError(f"{dotted(path)} is written in braces; take {key} away by hand")
        entry = next(((child, inner) for child, inner in node.value if child.value == key), None)
        if entry is None:
            raise YamlEditError(f"there is no {dotted((*path, key))}")
        if len(node.value) == 1 and path:
            self.remove(path[:-1], str(path[-1]))
            return
        start = self._text.rfind("\n", 0, entry[0].start_mark.index) + 1
        if self._text[start : entry[0].start_mark.index].strip():
            raise YamlEditError(f"{dotted((*path, key))} shares its line with something else; take it away by hand")
        end = max(entry[0].end_mark.index, _end_of(entry[1]))
        if self._text[end - 1] != "\n":
            end = self._text.find("\n", end) + 1 or len(self._text)
        self._edits.append(_Edit(start, end, ""))
        del self._at(path)[key]

    def remove_item(self, path: KeyPath, index: int) -> None:
        """Takes an entry of a list away with its lines; comments before and behind it stay. Raises YamlEditError."""
        node = self._node(path)
        if not isinstance(node, yaml.SequenceNode) or node.flow_style:
            raise YamlEditError(f"{dotted(path)} is not a list with each entry on lines of its own; mend it by hand")
        if not 0 <= index < len(node.value):
            raise YamlEditError(f"there is no {dotted((*path, index))}")
        item = node.value[index]
        start = self._text.rfind("\n", 0, item.start_mark.index) + 1
        if self._text[start : item.start_mark.index].strip() != "-":
            raise YamlEditError(f"{dotted((*path, index))} does not begin on a line of its own; take it away by hand")
        end = _end_of(item)
        if self._text[end - 1] != "\n":
            end = self._text.find("\n", end) + 1 or len(self._text)
        self._edits.append(_Edit(start, end, ""))
        if len(node.value) == 1:
            parent = self._node(path[:-1])
            key = next(child for child, inner in parent.value if inner is node)
            colon = self._text.index(":", key.end_mark.index) + 1
            self._edits.append(_Edit(colon, colon, " []"))
        del self._at(path)[index]

    def result(self) -> str:
        """Raises YamlEditError when the new text does not say exactly what it should."""
        parts, at = [], 0
        for start, end, text, _ in sorted(self._edits, key=lambda edit: (edit.start, -edit.indent)):
            if start < at:
                raise YamlEditError("two changes touch the same place")
            parts += [self._text[at:start], text]
            at = end
        text = "".join(parts) + self._text[at:]
        try:
            said = self._read(text)
        except ConfigError as error:
            raise YamlEditError(f"the change would break the file: {error}") from None
        if said != self._wanted:
            raise YamlEditError("the change would touch more than it should: something it names is an alias (*)")
        return self._bom + text

    def _read(self, text: str) -> Value:
        document = parse_document(self._file, text.encode())
        if document.problems:
            raise ConfigError(document.problems)
        return document.value

    def _replace(self, path: KeyPath, key: Any, node: Any, value: Value, over_lines: bool) -> None:
        if not isinstance(node, yaml.ScalarNode) and not node.flow_style:
            if over_lines:
                colon = self._text.index(":", key.end_mark.index) + 1
                self._edits.append(_Edit(colon, _end_of(node), " " + _flow(value)))
                return
            raise YamlEditError(f"{dotted(path)} is written over several lines; change it by hand")
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            raise YamlEditError(f"{dotted(path)} is a block of text; change it by hand")
        if node.start_mark.index == node.end_mark.index:
            colon = self._text.index(":", key.end_mark.index) + 1
            self._edits.append(_Edit(colon, colon, " " + _flow(value)))
        else:
            self._edits.append(_Edit(node.start_mark.index, node.end_mark.index, _flow(value)))

    def _insert_lines(self, after: int, lines: list[str], indent: int) -> None:
        if after and self._text[after - 1] == "\n":  # behind a block of text
            place, text = after, "".join(line + self._newline for line in lines)
        else:
            place = self._text.find("\n", after)
            place = len(self._text) if place < 0 else place
            if self._text[place - 1 : place] == "\r":
                place -= 1
            text = "".join(self._newline + line for line in lines)
        self._edits.append(_Edit(place, place, text, indent))

    def _node(self, path: KeyPath) -> Any:
        node = self._root
        for step in path:
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            elif isinstance(node, yaml.MappingNode):
                node = next((inner for key, inner in node.value if key.value == step), None)
            else:
                node = None
            if node is None:
                raise YamlEditError(f"there is no {dotted(path)}")
        return node

    def _at(self, path: KeyPath) -> Any:
        value: Any = self._wanted
        for step in path:
            value = value[step]
        return value


def _unshared(value: Any) -> Any:
    """A copy in which what aliases (*) made one is apart: a change shows where it was asked for and nowhere else."""
    return json.loads(json.dumps(value))


def _end_of(node: Any) -> int:
    """Where the text of a node ends; a block collection's own mark stands behind the comments that follow it."""
    while not isinstance(node, yaml.ScalarNode) and not node.flow_style and node.value:
        last = node.value[-1]
        if isinstance(last, tuple):
            key, node = last
            if isinstance(node, yaml.ScalarNode) and node.start_mark.index == node.end_mark.index:
                return int(key.end_mark.index)
        else:
            node = last
    return int(node.end_mark.index)


def _item_lines(item: Value, indent: int) -> list[str]:
    if not isinstance(item, dict) or not item:
        return [f"{' ' * indent}- {_flow(item)}"]
    lines = [line for key, value in item.items() for line in _entry_lines(key, value, indent + 2)]
    return [f"{' ' * indent}- {lines[0][indent + 2 :]}", *lines[1:]]


def _entry_lines(key: str, value: Value, indent: int) -> list[str]:
    """`key: value`; a mapping that holds more than plain values goes over several lines, so does a list of mappings."""
    head = f"{' ' * indent}{_flow(key)}:"
    if isinstance(value, list) and value and all(isinstance(inner, dict) and inner for inner in value):
        return [head, *(line for inner in value for line in _item_lines(inner, indent + 2))]
    if isinstance(value, dict) and any(isinstance(inner, dict) for inner in value.values()):
        return [head, *(line for name, inner in value.items() for line in _entry_lines(name, inner, indent + 2))]
    return [f"{head} {_flow(value)}"]


def _flow(value: Value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and plain_scalar(value) == value and value.lower() not in _WORDS_ELSEWHERE
        return value if plain else _ODD.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False))
    return json.dumps(value)
