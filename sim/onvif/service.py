"""What the services have in common: operations by name, and who asks from where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from sim.onvif.device import Device
from sim.onvif.soap import Call, SoapFault


@dataclass(frozen=True, slots=True)
class Origin:
    """The address the client reached (`base`, without trailing slash), and whether it showed good credentials.
    `address` gives service addresses as this device writes them."""

    host: str
    base: str
    authorised: bool
    xaddr_base: str

    def address(self, path: str) -> str:
        return self.xaddr_base + path


Operation = Callable[[Any, Call, Origin], str]


def operation(name: str, *, open_to_all: bool = False) -> Callable[[Operation], Operation]:
    """Marks a method as the operation of this name; it gives the content of the operation's response."""

    def mark(method: Operation) -> Operation:
        method.__dict__["onvif_operation"] = (name, open_to_all)
        return method

    return mark


class Service:
    """`prefix` of its namespace. Subclasses mark their operations."""

    prefix: ClassVar[str] = ""
    _operations: ClassVar[dict[str, tuple[Operation, bool]]] = {}

    def __init_subclass__(cls) -> None:
        marked = (method for method in vars(cls).values() if hasattr(method, "onvif_operation"))
        cls._operations = {method.onvif_operation[0]: (method, method.onvif_operation[1]) for method in marked}

    def __init__(self, device: Device) -> None:
        self.device = device

    def open_to_all(self, name: str) -> bool:
        return name in self._operations and self._operations[name][1]

    def answer(self, call: Call, origin: Origin) -> str:
        """The response element. Raises SoapFault."""
        if call.operation not in self._operations:
            raise SoapFault(f"{call.operation} is not implemented", "ActionNotSupported", code="Receiver", status=500)
        method, _ = self._operations[call.operation]
        content = method(self, call, origin)
        name = f"{self.prefix}:{call.operation}Response"
        return f"<{name}>{content}</{name}>"
