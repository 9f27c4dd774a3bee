"""What is kept for a dome beside the configuration: calibration, guard, patrol, names and pictures of presets."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import delete, insert, select, update

from incidents.errors import NotFound
from incidents.store import Store
from incidents.store.ptz_schema import ptz_presets, ptz_settings
from runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How the base of a dome stands, found by pointing, and how surely."""

    heading_deg: float
    pitch_deg: float
    roll_deg: float
    tilt_zero_deg: float
    heading_error_deg: float
    lean_error_deg: float
    at: float
    by_id: str = ""
    by: str = ""
    """Who kept it, as called then; empty where nobody wrote that down."""
    aims: int = 0


@dataclass(frozen=True, slots=True)
class Guard:
    """Where the dome goes when nobody has turned it for so long."""

    preset: str
    idle_s: float


@dataclass(frozen=True, slots=True)
class PatrolStep:
    preset: str
    dwell_s: float


@dataclass(frozen=True, slots=True)
class Patrol:
    steps: tuple[PatrolStep, ...] = ()
    on: bool = False


@dataclass(frozen=True, slots=True)
class DomeSettings:
    """`calibration` None: the mount of the configuration is in force. `former` is what was in force before, likewise;
    both None: nothing was ever kept."""

    calibration: Calibrated | None = None
    former: Calibrated | None = None
    guard: Guard | None = None
    patrol: Patrol | None = None


NOTHING_KEPT = DomeSettings()


@dataclass(frozen=True, slots=True)
class KeptPreset:
    token: str
    name: str
    pictured_at: float | None


class PtzKeeping:
    """Settings are read once and held; the API process is the only one that writes them. Calls block: use a thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        with store.read() as connection:
            rows = connection.execute(select(ptz_settings)).all()
        self._settings = {row.camera_id: _settings(dict(row._mapping)) for row in rows}

    def settings(self, camera_id: str) -> DomeSettings:
        """From memory."""
        return self._settings.get(camera_id, NOTHING_KEPT)

    def kept(self) -> Mapping[str, DomeSettings]:
        return dict(self._settings)

    def set(self, camera_id: str, account_id: str, **changed: Any) -> DomeSettings:
        """`calibration` with `former`, `guard` or `patrol` anew; None takes it away."""
        new = replace(self.settings(camera_id), **changed)
        values = {
            **{name: json.dumps(value) if value else None for name, value in _parts(new).items()},
            "updated_at": self._clock.now(),
            "updated_by": account_id,
        }
        with self._store.write() as transaction:
            mine = ptz_settings.c.camera_id == camera_id
            done = transaction.connection.execute(update(ptz_settings).where(mine).values(**values))
            if done.rowcount == 0:
                transaction.connection.execute(insert(ptz_settings).values(camera_id=camera_id, **values))
        self._settings[camera_id] = new
        return new

    def calibrate(self, camera_id: str, account_id: str, new: Calibrated | None) -> DomeSettings:
        """Puts it in force, None the mount of the configuration; what was in force is kept as the former one."""
        return self.set(camera_id, account_id, calibration=new, former=self.settings(camera_id).calibration)

    def presets(self, camera_id: str) -> dict[str, KeptPreset]:
        columns = (ptz_presets.c.token, ptz_presets.c.name, ptz_presets.c.pictured_at)
        with self._store.read() as connection:
            rows = connection.execute(select(*columns).where(ptz_presets.c.camera_id == camera_id)).all()
        return {row.token: KeptPreset(row.token, row.name, row.pictured_at) for row in rows}

    def picture(self, camera_id: str, token: str) -> bytes:
        """Raises NotFound."""
        mine = (ptz_presets.c.camera_id == camera_id) & (ptz_presets.c.token == token)
        with self._store.read() as connection:
            found = connection.execute(select(ptz_presets.c.picture).where(mine)).scalar()
        if found is None:
            raise NotFound("no picture of such a preset", "preset")
        return bytes(found)

    def keep_preset(self, camera_id: str, token: str, name: str, account_id: str) -> None:
        """Under its name; a picture of before shows something else and goes."""
        row = {"camera_id": camera_id, "token": token, "name": name}
        stamp = {"updated_at": self._clock.now(), "updated_by": account_id}
        mine = (ptz_presets.c.camera_id == camera_id) & (ptz_presets.c.token == token)
        with self._store.write() as transaction:
            transaction.connection.execute(delete(ptz_presets).where(mine))
            transaction.connection.execute(insert(ptz_presets).values(**row, **stamp))

    def keep_picture(self, camera_id: str, token: str, jpeg: bytes, at: float) -> None:
        mine = (ptz_presets.c.camera_id == camera_id) & (ptz_presets.c.token == token)
        with self._store.write() as transaction:
            transaction.connection.execute(update(ptz_presets).where(mine).values(picture=jpeg, pictured_at=at))

    def rename_preset(self, camera_id: str, token: str, name: str, account_id: str) -> None:
        """What it shows stays as it is. One that only the device knew is known here from now on."""
        stamp = {"name": name, "updated_at": self._clock.now(), "updated_by": account_id}
        mine = (ptz_presets.c.camera_id == camera_id) & (ptz_presets.c.token == token)
        with self._store.write() as transaction:
            done = transaction.connection.execute(update(ptz_presets).where(mine).values(**stamp))
            if done.rowcount == 0:
                transaction.connection.execute(insert(ptz_presets).values(camera_id=camera_id, token=token, **stamp))

    def forget_preset(self, camera_id: str, token: str) -> None:
        mine = (ptz_presets.c.camera_id == camera_id) & (ptz_presets.c.token == token)
        with self._store.write() as transaction:
            transaction.connection.execute(delete(ptz_presets).where(mine))


def _parts(settings: DomeSettings) -> dict[str, Any]:
    parts = {"guard": settings.guard, "patrol": settings.patrol}
    return {
        "calibration": _calibrations(settings),
        **{name: asdict(one) if one else None for name, one in parts.items()},
    }


def _calibrations(settings: DomeSettings) -> dict[str, Any] | None:
    both = {"in_force": settings.calibration, "former": settings.former}
    return {name: asdict(one) if one else None for name, one in both.items()} if any(both.values()) else None


def _settings(row: Mapping[str, Any]) -> DomeSettings:
    calibrations, guard, patrol = (json.loads(row[name] or "null") for name in ("calibration", "guard", "patrol"))
    if calibrations is not None and "heading_deg" in calibrations:  # as kept before there was a former one
        calibrations = {"in_force": calibrations}
    in_force, former = ((calibrations or {}).get(name) for name in ("in_force", "former"))
    steps = tuple(PatrolStep(**step) for step in patrol["steps"]) if patrol else ()
    return DomeSettings(
        Calibrated(**in_force) if in_force else None,
        Calibrated(**former) if former else None,
        Guard(**guard) if guard else None,
        Patrol(steps, patrol["on"]) if patrol else None,
    )
