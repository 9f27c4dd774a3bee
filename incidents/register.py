"""The registers (台账): vendors and firms, their parts in cases, and places that keep coming back."""

from dataclasses import replace
from pathlib import Path

from config.escalation import Escalation
from config.load import load_escalation
from config.registers import Registers
from incidents.register_entries import Entries
from incidents.register_identity import NumberKeeper
from incidents.register_parts import Parts
from incidents.register_places import Spot, SpotFilter, list_places
from incidents.rights import Caller, Permission
from incidents.service import Incidents

KEY_FILE = "register.key"


class Register:
    """`entries` and `parts` do the rest. Synchronous and thread-safe."""

    def __init__(self, incidents: Incidents, folder: Path, ladders: Escalation | None = None) -> None:
        """`folder`: the data folder, where the key of document numbers lies."""
        self._incidents = incidents
        self.rules = Registers()
        """Replaced when it is configured otherwise."""
        self.ladders = ladders or load_escalation()
        store, clock = incidents.store, incidents.clock
        self.entries = Entries(store, clock, NumberKeeper(folder / KEY_FILE), lambda: self.rules)
        self.parts = Parts(
            store, clock, incidents.acting, incidents.telling, self.entries, lambda: self.ladders, lambda: self.rules
        )

    def places(self, caller: Caller, wanted: SpotFilter) -> tuple[Spot, ...]:
        """Raises Invalid, NotFound."""
        scope = caller.scope(Permission.CASE_SEE)
        with self._incidents.store.read() as connection:
            found = list_places(connection, scope, wanted, self.rules, self._incidents.clock.now())
        return tuple(replace(one, last=self._incidents.telling.case(scope, one.last)) for one in found)
