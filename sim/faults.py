"""The fault switch: makes a simulated camera misbehave, and well again."""

import asyncio
from collections.abc import Callable

from sim.picture_faults import Spoilt
from sim.rtsp.clip import SceneClips
from sim.rtsp.estate import Camera, Kind, Profile
from sim.rtsp.fault import NO_FAULT, Fault, FaultSetting
from sim.rtsp.live import LiveStation
from sim.rtsp.packetise import PacketisedScene, packetise_scene
from sim.rtsp.rescale import rescale
from sim.rtsp.server import RtspServer
from sim.rtsp.spoil import spoil, still

ALL_CAMERAS = "*"


class UnknownCamera(Exception):
    """There is no camera of this id."""


class FaultSwitch:
    """A camera has one fault at a time; setting another takes the first away."""

    def __init__(self, server: RtspServer) -> None:
        self._server = server
        self._changed: dict[tuple[Kind, str, FaultSetting], PacketisedScene] = {}

    async def set(self, camera_id: str, setting: FaultSetting) -> None:
        """`*` is all cameras at once; then a refusal with reset closes the listening port itself."""
        if camera_id == ALL_CAMERAS:
            cameras = list(self._server.estate.cameras.values())
        elif camera_id in self._server.estate.cameras:
            cameras = [self._server.estate.cameras[camera_id]]
        else:
            raise UnknownCamera(f"there is no camera {camera_id}")
        if camera_id == ALL_CAMERAS:
            await self._listen(not (setting.fault is Fault.REFUSE and setting.reset))
        for camera in cameras:
            await self._set(camera, setting)

    async def _listen(self, listening: bool) -> None:
        if listening:
            await self._server.listen()
        else:
            self._server.stop_listening()

    async def _set(self, camera: Camera, setting: FaultSetting) -> None:
        scenes = await self._scenes(camera, setting)
        self._take_away(camera)
        camera.fault = NO_FAULT if setting.fault is Fault.DROP else setting
        if setting.fault in (Fault.DROP, Fault.REFUSE):
            self._disconnect(camera)
        for profile, feed in camera.feeds.items():
            if setting.fault is Fault.FREEZE:
                feed.freeze(True)
            elif setting.fault is Fault.LOSE:
                feed.own_station().loss = setting.fraction
            elif setting.fault is Fault.CLOCK:
                feed.own_station().clock_error_s = setting.clock_error_s
            elif profile in scenes:
                feed.own_station().show(scenes[profile])
        for connection in self._server.connections_of(camera.id):
            connection.answer_waiting()

    def _take_away(self, camera: Camera) -> None:
        for feed in camera.feeds.values():
            feed.freeze(False)
            if not feed.station.shared:
                feed.station.loss = feed.station.clock_error_s = 0.0
                feed.station.show(feed.scene)

    def _disconnect(self, camera: Camera) -> None:
        """The camera ends its sessions itself, so their places are free again."""
        self._server.sessions.end_all(camera.id)
        for connection in self._server.connections_of(camera.id):
            connection.cut()

    async def _scenes(self, camera: Camera, setting: FaultSetting) -> dict[Profile, PacketisedScene]:
        change = _CHANGES.get(setting.fault)
        if change is None:
            return {}
        scenes: dict[Profile, PacketisedScene] = {}
        for profile, feed in camera.feeds.items():
            if isinstance(feed.station, LiveStation):
                if setting.fault is Fault.RESOLUTION:
                    scenes[profile] = feed.station.sized(setting.width, setting.height)
                continue
            key = (feed.kind, feed.scene.scene_id, setting)
            if key not in self._changed:
                clips = self._server.estate.clips(feed.kind, feed.scene.scene_id)
                self._changed[key] = packetise_scene(await asyncio.to_thread(change, clips, setting))
            scenes[profile] = self._changed[key]
        return scenes


_CHANGES: dict[Fault, Callable[[SceneClips, FaultSetting], SceneClips]] = {
    Fault.RESOLUTION: lambda clips, setting: rescale(clips, setting.width, setting.height),
    Fault.SPOIL: lambda clips, setting: spoil(clips, Spoilt(setting.what, setting.strength)),
    Fault.STILL: lambda clips, _: still(clips),
}
