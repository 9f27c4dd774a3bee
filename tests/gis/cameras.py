"""Cameras made from a few numbers."""

from config.cameras import Camera, GroundPoint, Position, Stream, Streams, View

LON, LAT = 120.45, 30.08


def camera(
    *,
    height_m: float = 6.0,
    heading_deg: float = 0.0,
    tilt_deg: float = 20.0,
    roll_deg: float = 0.0,
    hfov_deg: float = 76.0,
    range_m: float = 60.0,
    posed: bool = True,
    homography: list[GroundPoint] | None = None,
) -> Camera:
    """A camera at (LON, LAT)."""
    view = View(heading_deg=heading_deg, tilt_deg=tilt_deg, roll_deg=roll_deg, hfov_deg=hfov_deg, range_m=range_m)
    return Camera(
        id="c",
        name="c",
        area="1",
        streams=Streams(sub=Stream(url="rtsp://10.0.0.5/sub")),
        position=Position(lon=LON, lat=LAT, height_m=height_m) if posed else None,
        view=view if posed else None,
        homography=homography,
    )
