"""The domes of the configuration as geometry, each with the calibration that is kept for it laid over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shapely import Polygon
from shapely.geometry import shape

from api.aspect import aspect_of
from config.cameras import Camera
from config.dome_views import DomeView
from gis.dome import Dome, PointingErrors, dome_of
from gis.dome_choice import Building, Skyline
from gis.dome_limits import ZoomLens
from gis.dome_mount import Direction, Mount
from gis.elevation import Elevation
from ingest.live import PtzReport
from ingest.state import StreamStatus
from wall.ptz.keeping import PtzKeeping
from wall.ptz.refusal import DomeCannot

_ANYWHERE = (0.0, 0.0, 10.0)
"""Where a dome stands that has no position: turning it to a point of its own picture needs none."""

_HIGHEST_M = 1000.0


class Domes:
    """Only cameras with `ptz` are here."""

    def __init__(
        self,
        cameras: Sequence[Camera],
        keeping: PtzKeeping,
        status_of: Callable[[str], StreamStatus | None],
        elevation: Elevation | None = None,
    ) -> None:
        self._elevation = elevation
        self._keeping, self._status_of = keeping, status_of
        self.change(cameras)

    def change(self, cameras: Sequence[Camera]) -> None:
        """Makes these the domes; those switched off are none."""
        domes = {camera.id: camera for camera in cameras if camera.ptz is not None and camera.enabled}
        self._placed = {camera.id: dome_of(camera, elevation=self._elevation) for camera in domes.values()}
        self._cameras = domes

    def __contains__(self, camera_id: object) -> bool:
        return camera_id in self._cameras

    def ids(self) -> list[str]:
        return list(self._cameras)

    def configured(self, camera_id: str) -> Dome:
        """With the mount of cameras.yaml, whatever was found by aiming. Raises DomeCannot."""
        return self._with_lens(camera_id, self._known_place(camera_id))

    def turning(self, camera_id: str) -> Dome:
        """Fit for directions and pictures; a dome without a position stands anywhere."""
        placed = self._placed[camera_id]
        if placed is None:
            lon, lat, height_m = _ANYWHERE
            camera = self._cameras[camera_id]
            here = {"lon": lon, "lat": lat, "height_m": height_m}
            placed = dome_of(camera.model_validate({**camera.model_dump(mode="json"), "position": here}))
            assert placed is not None
        placed = self._with_lens(camera_id, placed)
        found = self._keeping.settings(camera_id).calibration
        if found is None:
            return placed
        mount = Mount(found.heading_deg, found.pitch_deg, found.roll_deg, found.tilt_zero_deg)
        return replace(placed, mount=mount, errors=PointingErrors(found.heading_error_deg, found.lean_error_deg))

    def has_place(self, camera_id: str) -> bool:
        return self._placed.get(camera_id) is not None

    def placed(self, camera_id: str) -> Dome:
        """Fit for places on the map. Raises DomeCannot."""
        self._known_place(camera_id)
        return self.turning(camera_id)

    def _known_place(self, camera_id: str) -> Dome:
        placed = self._placed.get(camera_id)
        if placed is None:
            zh = "此球机在 cameras.yaml 中没有位置"
            raise DomeCannot("this dome has no position in cameras.yaml", zh, "no_place")
        return placed

    def _with_lens(self, camera_id: str, dome: Dome) -> Dome:
        return replace(dome, lens=ZoomLens(dome.lens.wide_hfov_deg, aspect_of(self._status_of(camera_id))))

    def views(self, camera_id: str) -> Sequence[DomeView]:
        """What it visits by itself; none for what is no dome."""
        camera = self._cameras.get(camera_id)
        return camera.views if camera is not None else ()

    def found_mount(self, camera_id: str) -> dict[str, float] | None:
        """How its base stands by its calibration, for its worker; None: as configured."""
        found = self._keeping.settings(camera_id).calibration
        if found is None:
            return None
        names = ("heading_deg", "pitch_deg", "roll_deg", "tilt_zero_deg", "heading_error_deg", "lean_error_deg")
        return {name: float(getattr(found, name)) for name in names}

    def summary(self, camera_id: str, can: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What the list of cameras says of a dome; None for one that does not turn. `can`: as its device said once."""
        camera = self._cameras.get(camera_id)
        if camera is None or camera.ptz is None:
            return None
        ptz = camera.ptz
        limits = {name: sorted(ends) for name, ends in
                  (("pan_deg", ptz.pan_deg), ("tilt_deg", ptz.tilt_deg), ("zoom", ptz.zoom))}  # fmt: skip
        return {"can": names_of(can), "limits": limits, "wide_hfov_deg": ptz.wide_hfov_deg}


def names_of(can: Mapping[str, Any] | None) -> list[str]:
    """What a device can do, as words; none when it has not been asked yet."""
    if can is None:
        return []
    plain = [name for name in ("absolute", "relative", "continuous", "presets", "focus", "iris") if can.get(name)]
    return [*plain, *can.get("auxiliary", ())]


def direction_of(report: PtzReport | None) -> tuple[Direction, float] | None:
    """Direction and magnification; None where the dome does not tell them."""
    if report is None or report.pan_deg is None or report.tilt_deg is None:
        return None
    return Direction(report.pan_deg, report.tilt_deg), max(report.zoom or 1.0, 1.0)


def skyline_of(buildings: Mapping[str, Any] | None) -> Skyline | None:
    """The buildings of the base map, where every one of them says its `height_m`; else None: with some unknown a
    free line of sight cannot be told, and domes are chosen by a guess."""
    features = buildings.get("features", ()) if buildings is not None else ()
    standing = []
    for feature in features:
        height = (feature.get("properties") or {}).get("height_m")
        if not isinstance(height, int | float) or not 0 < height < _HIGHEST_M:
            return None
        outline = shape(feature["geometry"])
        parts = getattr(outline, "geoms", [outline])
        standing += [Building(part, float(height)) for part in parts if isinstance(part, Polygon)]
    return Skyline(standing) if standing else None
