"""The simulated cameras and the stations they show, without any network."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from config.accounts import Account
from runtime.clock import Clock
from sim.rtsp.clip import PARTS, EventKind, SceneClips
from sim.rtsp.fault import NO_FAULT, Fault, FaultSetting
from sim.rtsp.live import LiveStation, PictureSource
from sim.rtsp.nal import Codec
from sim.rtsp.pacer import Pacer
from sim.rtsp.packetise import PacketisedScene, packetise_scene
from sim.rtsp.station import Station, StreamCounters, Viewer
from sim.rtsp.timeline import StagedEvent, Timeline, TimelineError

Profile = Literal["sub", "main"]
Main = Literal["h264", "h265", "refused", "none"]
Kind = tuple[Profile, Codec]
Variants = Mapping[Kind, Mapping[str, SceneClips]]
STATIONS = 64
FRAMES_PER_WRITE = ((64, 1), (200, 2))
MOST_FRAMES_PER_WRITE = 3


@dataclass(frozen=True, slots=True)
class SimCamera:
    """`phase` sets cameras of one scene apart in time; any number will do. No account: no authentication.

    `main`: the codec of the main stream; `refused` has one and lets nobody in; `none` has none."""

    id: str
    scene: str
    phase: int = 0
    account: Account | None = None
    sub: Codec = "h264"
    main: Main = "h264"


class Feed:
    """One stream of one camera: a seat at a shared station until the camera needs a station of its own."""

    def __init__(self, station: Station, pacer: Pacer, kind: Kind, counters: StreamCounters | None = None) -> None:
        self._station, self._pacer = station, pacer
        self.kind = kind
        self.scene = station.timeline.scene
        self.counters = counters or StreamCounters()
        self.viewers: list[Viewer] = []
        self._frozen = False

    @property
    def station(self) -> Station:
        return self._station

    def own_station(self) -> Station:
        if self._station.shared:
            fork = self._station.fork()
            for viewer in self.viewers:
                self._station.leave(viewer)
                if not self._frozen:
                    fork.join(viewer)
            self._station = fork
            self._pacer.add(fork)
        return self._station

    def join(self, viewer: Viewer) -> None:
        self.viewers.append(viewer)
        if not self._frozen:
            self._station.join(viewer)

    def leave(self, viewer: Viewer) -> None:
        if viewer in self.viewers:
            self.viewers.remove(viewer)
        self._station.leave(viewer)

    def freeze(self, frozen: bool) -> None:
        if frozen == self._frozen:
            return
        self._frozen = frozen
        for viewer in self.viewers:
            viewer.waiting = True
            if frozen:
                self._station.leave(viewer)
            else:
                self._station.join(viewer)


@dataclass(slots=True)
class Camera:
    id: str
    account: Account | None
    feeds: dict[Profile, Feed]
    refuses_main: bool = False
    fault: FaultSetting = field(default=NO_FAULT)

    def kinds(self) -> tuple[EventKind, ...]:
        """What can happen in front of this camera."""
        scene = self.feeds["sub"].scene
        return tuple(k for k, parts in PARTS.items() if k in scene.truth and all(p in scene.segments for p in parts))

    def stage(self, event: StagedEvent) -> None:
        """Shows the event on every stream from its next segment on; the sub-stream tells when. Raises TimelineError."""
        if event.kind not in self.kinds():
            raise TimelineError(f"nothing of the kind {event.kind} can happen in front of {self.id}")
        self.feeds["sub"].own_station().timeline.stage(event)
        for profile, feed in self.feeds.items():
            if profile != "sub":
                follower = StagedEvent(event.event_id, event.kind, event.stand_seconds)
                feed.own_station().timeline.stage(follower)

    def ask_to_leave(self, event_id: str) -> bool:
        """Whether the event is there; it goes at the end of the running segment."""
        found = False
        for feed in self.feeds.values():
            staged = feed.station.timeline.event
            if staged is not None and staged.event_id == event_id:
                staged.leave_asked = found = True
        return found


@dataclass(frozen=True, slots=True)
class LiveCamera:
    """A camera whose pictures are made while somebody watches; nothing of the catalogue happens in front of it."""

    id: str
    account: Account | None
    sources: Mapping[Profile, PictureSource]


class Estate:
    """All cameras, fed by one pacer. `library` holds the sub-streams, `variants` other renderings of the same scenes:
    a camera has the main stream it asks for where there is one, and its sub-stream out of `library` where it must.
    What is rendered while the cameras run is handed over by `take_up`.

    `playing` tells how many sessions play just now."""

    def __init__(
        self,
        cameras: Iterable[SimCamera],
        library: Mapping[str, SceneClips],
        *,
        clock: Clock,
        rng: Random,
        variants: Variants | None = None,
        playing: Callable[[], int] = lambda: 0,
        live: Iterable[LiveCamera] = (),
    ) -> None:
        self._clock, self._rng, self._playing = clock, rng, playing
        self.pacer = Pacer(clock, self.frames_per_write)
        self._started_at = clock.monotonic()
        self._stations: dict[tuple[Kind, str, int], Station] = {}
        self._scenes: dict[tuple[Kind, str], PacketisedScene] = {}
        self._variants: Variants = {("sub", "h264"): library, **(variants or {})}
        wanted = list(cameras)
        self._phases = max(1, STATIONS // max(1, len({camera.scene for camera in wanted})))
        self.cameras: dict[str, Camera] = {}
        self._as_listed = {camera.id: camera for camera in wanted}
        for camera in wanted:
            if camera.id in self.cameras:
                raise ValueError(f"camera {camera.id} is listed twice")
            if camera.scene not in library:
                raise ValueError(f"camera {camera.id}: no scene {camera.scene}; there are {sorted(library)}")
            self.cameras[camera.id] = Camera(camera.id, camera.account, self._feeds(camera), camera.main == "refused")
        self._pool = ThreadPoolExecutor(1, "live-picture")
        for one in live:
            if one.id in self.cameras:
                raise ValueError(f"camera {one.id} is listed twice")
            self.cameras[one.id] = Camera(one.id, one.account, self._live_feeds(one))

    def close(self) -> None:
        """Ends what draws live pictures."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _live_feeds(self, camera: LiveCamera) -> dict[Profile, Feed]:
        feeds: dict[Profile, Feed] = {}
        for profile, source in camera.sources.items():
            station = LiveStation(
                source, self._clock, self._rng, self._pool, due=self._started_at, paused=lambda: self.pacer.paused
            )
            self.pacer.add(station)
            feeds[profile] = Feed(station, self.pacer, (profile, "h264"))
        return feeds

    def frames_per_write(self) -> int:
        """Smooth while few watch; the more there are, the fewer and larger the writes, as each costs a system call."""
        playing = self._playing()
        return next((frames for limit, frames in FRAMES_PER_WRITE if playing <= limit), MOST_FRAMES_PER_WRITE)

    def clips(self, kind: Kind, scene_id: str) -> SceneClips:
        return self._variants[kind][scene_id]

    def take_up(self, kind: Kind, scene: PacketisedScene) -> None:
        """A rendition that was missing, which `variants` holds by now. A main stream is there at once, in step with the
        sub-stream; a sub-stream changes when `describing` next finds nobody watching it."""
        self._scenes[kind, scene.scene_id] = scene
        for listed in self._as_listed.values():
            camera = self.cameras[listed.id]
            if kind == ("main", listed.main) and listed.scene == scene.scene_id and "main" not in camera.feeds:
                camera.feeds["main"] = feed = Feed(self._beside(kind, camera), self.pacer, kind)
                feed.freeze(camera.fault.fault is Fault.FREEZE)

    def describing(self, camera: Camera) -> None:
        """A client is about to be told what the sub-stream is: now or never may its codec change."""
        if camera.id not in self._as_listed:
            return  # a live camera: it has no other renderings
        listed, old = self._as_listed[camera.id], camera.feeds["sub"]
        kind: Kind = ("sub", listed.sub)
        if old.kind != kind and (kind, listed.scene) in self._scenes and not old.viewers:
            camera.feeds["sub"] = Feed(self._beside(kind, camera), self.pacer, kind, old.counters)

    def _beside(self, kind: Kind, camera: Camera) -> Station:
        """The station of another rendering, in step with that of the camera's sub-stream, shared where that one is."""
        listed, sub = self._as_listed[camera.id], camera.feeds["sub"].station
        key = (kind, listed.scene, listed.phase % self._phases)
        if sub.shared and key in self._stations:
            return self._stations[key]
        station = sub.beside(self._scenes[kind, listed.scene])
        if sub.shared:
            self._stations[key] = station
        self.pacer.add(station)
        return station

    def _scene(self, kind: Kind, scene_id: str) -> PacketisedScene:
        key = (kind, scene_id)
        if key not in self._scenes:
            self._scenes[key] = packetise_scene(self._variants[kind][scene_id])
        return self._scenes[key]

    def _feeds(self, camera: SimCamera) -> dict[Profile, Feed]:
        sub: Kind = ("sub", camera.sub) if self._has(("sub", camera.sub), camera.scene) else ("sub", "h264")
        feeds: dict[Profile, Feed] = {"sub": self._feed(sub, camera)}
        if camera.main in ("h264", "h265") and self._has(("main", camera.main), camera.scene):
            feeds["main"] = self._feed(("main", camera.main), camera)
        return feeds

    def _has(self, kind: Kind, scene_id: str) -> bool:
        return scene_id in self._variants.get(kind, {})

    def _feed(self, kind: Kind, camera: SimCamera) -> Feed:
        return Feed(self._station(kind, camera), self.pacer, kind)

    def _station(self, kind: Kind, camera: SimCamera) -> Station:
        """Stations of one scene begin at different key frames, and their key frames fall at different times."""
        phase = camera.phase % self._phases
        key = (kind, camera.scene, phase)
        if key not in self._stations:
            scene = self._scene(kind, camera.scene)
            idle = scene.idle[0]
            keyframes = sum(frame.keyframe for frame in idle.frames)
            gop_seconds = idle.duration_s / keyframes
            station = Station(
                Timeline(scene),
                self._clock,
                self._rng,
                due=self._started_at + gop_seconds * phase / self._phases,
                first_keyframe=phase * keyframes // self._phases,
            )
            self._stations[key] = station
            self.pacer.add(station)
        return self._stations[key]
