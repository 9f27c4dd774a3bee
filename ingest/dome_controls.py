"""The domes of one worker: a control each, made at the first request and kept."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from config.accounts import Account, MissingPassword
from config.cameras import Camera
from ingest.dome_control import DomeControl
from ingest.dome_link import DomeLink, OpenedDome
from ingest.live import LiveError, PtzReport, Reply
from ingest.onvif.driver import device_of, open_ptz
from ingest.onvif.problem import Code, DeviceProblem
from ingest.opening import Door
from runtime.clock import Clock

OPENS_WITHIN_S = 20.0
"""Several requests, each of which a device may draw out."""


class DomeControls:
    """`account_of` gives the account a device is managed with; it may raise MissingPassword."""

    def __init__(
        self,
        cameras: Sequence[Camera],
        account_of: Callable[[Camera], Account | None],
        door: Door,
        clock: Clock,
        rng: random.Random,
        report: Callable[[PtzReport], None],
    ) -> None:
        self._cameras = _turning(cameras)
        self._account_of, self._door, self._clock, self._rng, self._report = account_of, door, clock, rng, report
        self._controls: dict[str, DomeControl] = {}
        self._accounts: dict[str, Account | None] = {}

    async def request(self, camera_id: str, arguments: dict[str, Any]) -> Reply:
        """Raises LiveError."""
        camera = self._cameras.get(camera_id)
        if camera is None:
            text = f"camera {camera_id} does not turn, or is switched off"
            raise LiveError(text, "not_supported", f"相机 {camera_id} 不能转动，或已停用")
        control = self._controls.get(camera_id)
        if control is None:
            control = self._controls[camera_id] = self._control(camera)
        return await control.request(arguments)

    def _control(self, camera: Camera) -> DomeControl:
        assert camera.ptz is not None
        link = DomeLink(camera.id, lambda: self._open(camera), self._clock, self._rng)
        wide = None if camera.ptz.slows_with_zoom else camera.ptz.wide_hfov_deg
        return DomeControl(camera.id, link, self._clock, self._report, wide)

    async def change(self, cameras: Sequence[Camera], door: Door) -> None:
        """Makes these the cameras. A dome that is managed otherwise now, or with another account, is stopped and let
        go; it is opened anew when it is asked for."""
        before, self._cameras = self._cameras, _turning(cameras)
        self._door = door
        kept = {id_ for id_ in self._controls if id_ in self._cameras and self._stays(before[id_], self._cameras[id_])}
        controls = [self._controls.pop(camera_id) for camera_id in tuple(self._controls) if camera_id not in kept]
        await asyncio.gather(*(control.close() for control in controls), return_exceptions=True)

    def _stays(self, before: Camera, now: Camera) -> bool:
        if (before.device, before.ptz) != (now.device, now.ptz):
            return False
        try:
            return now.id not in self._accounts or self._accounts[now.id] == self._account_of(now)
        except MissingPassword:
            return False

    async def stop(self) -> None:
        """Stops what is being steered."""
        await asyncio.gather(*(control.close() for control in self._controls.values()), return_exceptions=True)

    async def _open(self, camera: Camera) -> OpenedDome:
        assert camera.device is not None
        assert camera.ptz is not None
        account = self._accounts[camera.id] = self._account_of(camera)
        device = device_of(camera.device, account, self._door, self._clock)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(device.close)
            try:
                async with asyncio.timeout(OPENS_WITHIN_S):
                    await device.open()
                    opened = OpenedDome(device, await open_ptz(device, camera.ptz, self._clock))
            except TimeoutError:
                raise DeviceProblem(Code.TIMED_OUT, f"not open within {OPENS_WITHIN_S:.0f} s") from None
            undo.pop_all()
            return opened


def _turning(cameras: Sequence[Camera]) -> dict[str, Camera]:
    return {camera.id: camera for camera in cameras if camera.ptz is not None and camera.enabled}
