"""SOAP 1.2 envelopes: a call taken apart, a reply or a fault put together (SOAP 1.2; ONVIF Core section 5.11)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
NAMESPACES = {
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "ter": "http://www.onvif.org/ver10/error",
}
_TAG = re.compile(r"(</?)(\w+):")


class SoapFault(Exception):
    """Becomes a fault: `code` Sender or Receiver, `subcodes` of the ter namespace, outermost first."""

    def __init__(self, reason: str, *subcodes: str, code: str = "Sender", status: int = 400) -> None:
        super().__init__(reason)
        self.reason, self.subcodes, self.code, self.status = reason, subcodes, code, status


def invalid(reason: str, *subcodes: str) -> SoapFault:
    return SoapFault(reason, "InvalidArgVal", *subcodes)


@dataclass(frozen=True, slots=True)
class Call:
    """`service` is the prefix of the operation's namespace (`tptz`), `body` its element, `header` the envelope's."""

    service: str
    operation: str
    body: ElementTree.Element
    header: ElementTree.Element | None

    def child(self, name: str) -> ElementTree.Element | None:
        """A direct child of the operation, whatever its namespace."""
        return find(self.body, name)

    def text(self, name: str, default: str | None = None) -> str:
        """Raises SoapFault where a child without default is missing."""
        found = self.child(name)
        if found is None:
            if default is None:
                raise SoapFault(f"{name} is missing", "InvalidArgs")
            return default
        return (found.text or "").strip()


def find(element: ElementTree.Element, *names: str) -> ElementTree.Element | None:
    """A descendant by local names, step by step."""
    for name in names:
        following = next((child for child in element if local_name(child) == name), None)
        if following is None:
            return None
        element = following
    return element


def local_name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def parse(body: bytes) -> Call:
    """Raises SoapFault for what is no call of a service here."""
    if b"<!DOCTYPE" in body:
        raise SoapFault("a document type is not taken", "WellFormed")
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise SoapFault(f"not well-formed: {error}", "WellFormed") from error
    inside = find(root, "Body")
    if root.tag != f"{{{ENVELOPE}}}Envelope" or inside is None or len(inside) != 1:
        raise SoapFault("not an envelope of SOAP 1.2 with one operation", "WellFormed")
    operation = inside[0]
    namespace = operation.tag.partition("}")[0].lstrip("{")
    service = next((prefix for prefix, uri in NAMESPACES.items() if uri == namespace), "")
    return Call(service, local_name(operation), operation, find(root, "Header"))


def tag(name: str, *content: str, **attributes: object) -> str:
    """An element; content is XML already, attributes are escaped here. None leaves an attribute out."""
    given = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items() if value is not None)
    inside = "".join(content)
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>"


def leaf(name: str, value: object) -> str:
    """An element with text."""
    text = (
        ("true" if value else "false")
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else value
    )
    return f"<{name}>{escape(str(text))}</{name}>"


def envelope(body: str, prefix: str = "SOAP-ENV", prefixes: Mapping[str, str] | None = None) -> bytes:
    """`body` is written with the usual prefixes; `prefixes` says how this device spells them."""
    spelled = {usual: (prefixes or {}).get(usual, usual) for usual in NAMESPACES}
    body = _TAG.sub(lambda found: f"{found[1]}{spelled.get(found[2], found[2])}:", body)
    declared = "".join(f' xmlns:{spelled[usual]}="{uri}"' for usual, uri in NAMESPACES.items())
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{prefix}:Envelope xmlns:{prefix}="{ENVELOPE}"{declared}>'
        f"<{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>"
    )
    return text.encode()


def fault_body(fault: SoapFault, prefix: str, ter: str = "ter") -> str:
    subcode = ""
    for name in reversed(fault.subcodes):
        subcode = f"<{prefix}:Subcode><{prefix}:Value>{ter}:{name}</{prefix}:Value>{subcode}</{prefix}:Subcode>"
    return (
        f"<{prefix}:Fault><{prefix}:Code><{prefix}:Value>{prefix}:{fault.code}</{prefix}:Value>{subcode}</{prefix}:Code>"
        f'<{prefix}:Reason><{prefix}:Text xml:lang="en">{escape(fault.reason)}</{prefix}:Text></{prefix}:Reason>'
        f"</{prefix}:Fault>"
    )
