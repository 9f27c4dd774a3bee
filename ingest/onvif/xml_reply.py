"""A device's XML into a small tree, within bounds, before anything else looks at it.

No document type, no entity but the five of XML and character references, bounded depth, elements, attributes and text.
Names lose their prefix: devices bind them wrongly or not at all, and nothing here depends on the name space.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from ingest.onvif.problem import Code, DeviceProblem

MAX_BYTES = 2 * 1024 * 1024
"""An NVR with 64 channels of three profiles says about 0.5 MB."""
MAX_DEPTH = 40
MAX_ELEMENTS = 30_000
MAX_ATTRIBUTES = 64
MAX_NAME = 128
MAX_TEXT = 64 * 1024
_LONGEST_NUMBER = 40

_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "gb2312", "gbk", "gb18030"}
_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,32})["'][^>]{0,80}\?>""")
_ANY_DECLARATION = re.compile(r"^\s*<\?xml\s[^>]{0,300}\?>")
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(slots=True)
class Node:
    """An element by its local name. `text` is its own text, stripped."""

    name: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list["Node"]:
        """Children of that name; the case of letters does not count, since devices do not agree on it."""
        wanted = name.lower()
        return [child for child in self.children if child.name.lower() == wanted]

    def at(self, *names: str) -> "Node | None":
        """The first element on the way `names` downwards."""
        node: Node | None = self
        for name in names:
            node = next(iter(node.all(name)), None) if node is not None else None
        return node

    def find(self, name: str) -> "Node | None":
        """The first element of that name at any depth, itself excluded."""
        wanted = name.lower()
        return next((node for node in self.walk() if node is not self and node.name.lower() == wanted), None)

    def walk(self) -> Iterator["Node"]:
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def said(self, *names: str) -> str:
        """Text of the element on the way `names`, "" where there is none."""
        node = self.at(*names)
        return node.text if node is not None else ""

    def attribute(self, name: str) -> str:
        wanted = name.lower()
        return next((value for key, value in self.attributes.items() if key.lower() == wanted), "")


def number(text: str) -> float | None:
    """A finite decimal number, else None. Some devices write a decimal comma."""
    text = text.strip().replace(",", ".")
    if not text or len(text) > _LONGEST_NUMBER:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def whole(text: str, least: int = 0, most: int = 2**31) -> int | None:
    """A whole number within bounds, else None."""
    value = number(text)
    return int(value) if value is not None and least <= value <= most else None


def read_xml(body: bytes) -> Node:
    """The root element. Raises DeviceProblem: too_large, forbidden_xml, broken_xml."""
    if len(body) > MAX_BYTES:
        raise DeviceProblem(Code.TOO_LARGE, f"more than {MAX_BYTES} bytes of XML")
    text = _decoded(body)
    try:
        return _Tree().read(text)
    except expat.ExpatError as error:
        problem = error
    # Devices forget to escape & in addresses; nothing else is mended.
    mended = _STRAY_AMPERSAND.sub("&amp;", text)
    if mended != text:
        try:
            return _Tree().read(mended)
        except expat.ExpatError as error:
            problem = error
    raise DeviceProblem(Code.BROKEN_XML, f"line {problem.lineno}: {expat.ErrorString(problem.code)}") from None


def _decoded(body: bytes) -> str:
    body = body.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x00 \r\n\t")
    declared = _DECLARATION.match(body)
    encoding = declared.group(1).decode("ascii").lower() if declared else "utf-8"
    if encoding not in _ENCODINGS or body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in body[:4]:
        raise DeviceProblem(Code.FORBIDDEN_XML, f"encoding {encoding if encoding not in _ENCODINGS else 'UTF-16'}")
    # GB 18030 holds the other two Chinese encodings, and firmware that says GB2312 uses it.
    text = body.decode("gb18030" if encoding.startswith("gb") else encoding, errors="replace")
    return _NOT_XML.sub("\ufffd", _ANY_DECLARATION.sub("", text, count=1))


class _Tree:
    """Builds the tree while expat reads, and stops it at the first bound."""

    def __init__(self) -> None:
        self._open: list[Node] = []
        self._texts: list[list[str]] = []
        self._characters: list[int] = []
        self._root: Node | None = None
        self._finished = False
        self._elements = 0

    def read(self, text: str) -> Node:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        try:
            parser.Parse(text.encode("utf-8", errors="replace"), True)
        except expat.ExpatError:
            # Whatever follows the end of the root, such as what is left of a longer answer, is not read.
            if not self._finished:
                raise
        if self._root is None:
            raise DeviceProblem(Code.BROKEN_XML, "no element")
        return self._root

    def _doctype(self, *_: object) -> None:
        raise DeviceProblem(Code.FORBIDDEN_XML, "a document type (DTD)")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) >= MAX_DEPTH:
            raise DeviceProblem(Code.FORBIDDEN_XML, f"more than {MAX_DEPTH} elements deep")
        if self._elements > MAX_ELEMENTS:
            raise DeviceProblem(Code.FORBIDDEN_XML, f"more than {MAX_ELEMENTS} elements")
        if len(attributes) > MAX_ATTRIBUTES:
            raise DeviceProblem(Code.FORBIDDEN_XML, f"more than {MAX_ATTRIBUTES} attributes in an element")
        if len(name) > MAX_NAME or any(len(k) > MAX_NAME or len(v) > MAX_TEXT for k, v in attributes.items()):
            raise DeviceProblem(Code.FORBIDDEN_XML, "a name or attribute that is too long")
        kept = {key.rpartition(":")[2]: value for key, value in attributes.items() if not key.startswith("xmlns")}
        node = Node(name.rpartition(":")[2], kept)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._root = node
        self._open.append(node)
        self._texts.append([])
        self._characters.append(0)

    def _end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._texts.pop()).strip()
        self._characters.pop()
        self._finished = not self._open

    def _data(self, data: str) -> None:
        if not self._open:
            return
        self._characters[-1] += len(data)
        if self._characters[-1] > MAX_TEXT:
            raise DeviceProblem(Code.FORBIDDEN_XML, f"a text longer than {MAX_TEXT} characters")
        self._texts[-1].append(data)
