"""The ground as a camera, or one view of a dome, shows it: for drawing zones and for trying them out."""

from collections.abc import Mapping
from dataclasses import replace

from config.cameras import Camera
from config.dome_views import DomeView
from gis.dome import Dome, PointingErrors, dome_of
from gis.dome_mount import Direction, Mount
from gis.dome_view import DomeGround
from gis.ground import GroundModel, ground_model

Aimed = tuple[Direction, float]
"""Direction in the device's own degrees, and magnification."""

NOT_CALIBRATED = PointingErrors(heading_deg=3.0, lean_deg=1.0)
"""Of a mount that somebody read off a compass."""


def view_ground(
    camera: Camera, view: DomeView | None, aspect: float, mount: Mapping[str, float] | None, stands: Aimed | None
) -> GroundModel | None:
    """`mount` as calibrated, None where it is not; `stands` is where the dome looks while it is at the view, needed
    where the view is a preset of the device. None where no ground can be told."""
    if view is None:
        try:
            return ground_model(camera, aspect)
        except ValueError:  # ground points that determine no mapping: as good as none
            return None
    aimed = stands
    if view.aim is not None:
        aimed = Direction(view.aim.pan_deg, view.aim.tilt_deg), view.aim.zoom
    dome = dome_of(camera, aspect)
    if dome is None or aimed is None:
        return None
    return DomeGround(mounted(dome, mount), *aimed)


def mounted(dome: Dome, mount: Mapping[str, float] | None) -> Dome:
    """The dome on its base as calibrated; as configured, and less sure of it, where it is not."""
    if mount is None:
        return replace(dome, errors=NOT_CALIBRATED)
    stands = Mount(*(float(mount[key]) for key in ("heading_deg", "pitch_deg", "roll_deg", "tilt_zero_deg")))
    errors = PointingErrors(float(mount["heading_error_deg"]), float(mount["lean_error_deg"]))
    return replace(dome, mount=stands, errors=errors)
