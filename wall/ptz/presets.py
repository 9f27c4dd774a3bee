"""Presets with pictures: the device keeps the direction, the store the name and what is seen there."""

import asyncio
import contextlib
from dataclasses import dataclass

from incidents.errors import IncidentError, NotFound
from ingest.live import Live, LiveError
from runtime.clock import Clock
from wall.ptz.desk import PtzDesk
from wall.ptz.keeping import PtzKeeping
from wall.ptz.lock import Holder
from wall.ptz.refusal import DomeCannot

PICTURE_WIDTH = 640
_ARRIVES_WITHIN_S, _LOOK_S = 30.0, 0.3
_PICTURE_WITHIN_S = 15.0
"""A picture is as old as its camera's newest key frame: some send one every ten seconds."""


@dataclass(frozen=True, slots=True)
class ShownPreset:
    """`pictured_at` is None while there is no picture."""

    token: str
    name: str
    pictured_at: float | None


class Presets:
    def __init__(self, desk: PtzDesk, keeping: PtzKeeping, live: Live, clock: Clock) -> None:
        self._desk, self._keeping, self._live, self._clock = desk, keeping, live, clock

    async def shown(self, camera_id: str) -> list[ShownPreset]:
        """Those the device has, under the names that were given here where it forgot them. Raises LiveError."""
        body = await self._desk.ask(camera_id, "presets")
        kept = await asyncio.to_thread(self._keeping.presets, camera_id)
        shown = []
        for one in body["presets"]:
            own = kept.get(one["token"])
            shown.append(ShownPreset(one["token"], own.name if own else one["name"], own.pictured_at if own else None))
        return shown

    async def kept(self, camera_id: str) -> list[ShownPreset]:
        """The same as far as the store knows, for when the device does not answer."""
        kept = await asyncio.to_thread(self._keeping.presets, camera_id)
        return [ShownPreset(one.token, one.name, one.pictured_at) for one in kept.values()]

    async def keep(self, who: Holder, camera_id: str, name: str, token: str | None = None) -> str:
        """The present view under a name, or over `token`; its picture is taken as soon as there is a newer one."""
        body = await self._desk.move(who, camera_id, "set_preset", name=name, token=token)
        given = str(body["token"])
        if not 0 < len(given) <= 64:
            raise DomeCannot(
                "the device calls the preset by a name that cannot be kept", "设备给出的预置位编号无法保存"
            )
        await asyncio.to_thread(self._keeping.keep_preset, camera_id, given, name, who.id)
        self._desk.begin(self._take_picture(camera_id, given))
        return given

    async def rename(self, who: Holder, camera_id: str, token: str, name: str) -> None:
        """Here alone: a device takes a name only together with the present view. Raises NotFound."""
        if token not in await asyncio.to_thread(self._keeping.presets, camera_id):
            await self._known(camera_id, token)
        await asyncio.to_thread(self._keeping.rename_preset, camera_id, token, name, who.id)
        self._desk.log.add(camera_id, who, "rename_preset", token=token, name=name)

    async def picture_anew(self, who: Holder, camera_id: str, token: str) -> None:
        """Goes there, and takes its picture once it stands; that of before stays until then. Raises NotFound."""
        known = await self._known(camera_id, token)
        await self._desk.move(who, camera_id, "goto_preset", token=token)
        self._desk.begin(self._picture_at(camera_id, known, who))

    async def _picture_at(self, camera_id: str, preset: ShownPreset, who: Holder) -> None:
        if await self.arrived(camera_id):
            if preset.token not in await asyncio.to_thread(self._keeping.presets, camera_id):
                await asyncio.to_thread(self._keeping.rename_preset, camera_id, preset.token, preset.name, who.id)
            await self._take_picture(camera_id, preset.token)

    async def _known(self, camera_id: str, token: str) -> ShownPreset:
        found = next((one for one in await self.shown(camera_id) if one.token == token), None)
        if found is None:
            raise NotFound("the dome has no such preset", "preset")
        return found

    async def go(self, who: Holder, camera_id: str, token: str) -> None:
        await self._desk.move(who, camera_id, "goto_preset", token=token)
        self._desk.begin(self._take_missing_picture(camera_id, token))

    async def remove(self, who: Holder, camera_id: str, token: str) -> None:
        await self._desk.move(who, camera_id, "remove_preset", token=token)
        await asyncio.to_thread(self._keeping.forget_preset, camera_id, token)

    async def arrived(self, camera_id: str) -> bool:
        """Waits until the dome stands still; False when it does not, or a hand turns it."""
        moved = self._desk.moves_of(camera_id)
        deadline = self._clock.monotonic() + _ARRIVES_WITHIN_S
        while self._clock.monotonic() < deadline:
            await self._clock.sleep(_LOOK_S)
            if self._desk.moves_of(camera_id) != moved:
                return False
            with contextlib.suppress(LiveError, IncidentError):
                if not (await self._desk.status(camera_id)).moving:
                    return True
        return False

    async def _take_missing_picture(self, camera_id: str, token: str) -> None:
        kept = (await asyncio.to_thread(self._keeping.presets, camera_id)).get(token)
        if kept is not None and kept.pictured_at is None and await self.arrived(camera_id):
            await self._take_picture(camera_id, token)

    async def _take_picture(self, camera_id: str, token: str) -> None:
        """Of now, unless the dome is turned before there is one."""
        now, moved = self._clock.now(), self._desk.moves_of(camera_id)
        deadline = self._clock.monotonic() + _PICTURE_WITHIN_S
        while self._clock.monotonic() < deadline and self._desk.moves_of(camera_id) == moved:
            with contextlib.suppress(LiveError):
                reply = await self._live.request(camera_id, "snapshot", width=PICTURE_WIDTH)
                at = float(reply.body["captured_at"])
                if at > now and reply.blobs and self._desk.moves_of(camera_id) == moved:
                    await asyncio.to_thread(self._keeping.keep_picture, camera_id, token, reply.blobs[0], at)
                    return
            await self._clock.sleep(_LOOK_S)
