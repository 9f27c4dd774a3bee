"""What a case shows: the picture with the thing marked, and the clip of how it came there."""

from datetime import datetime
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from ingest.frame import ColourImage, Frame
from vision.bringer import Bringer
from vision.clip import ClipError, clip
from vision.detection import Box, Detection

JPEG_QUALITY = 85
RULE_NAMES = {
    "stall": "流动摊贩",
    "dumping": "乱倒垃圾",
    "parking": "机动车乱停放",
    "pile": "乱堆物料",
    "crowd": "人群聚集",
    "occupancy": "点位占用异常",
    "smoke_fire": "疑似烟火",
}
ASPECT_NAMES = {"full": "点位过满", "empty": "点位过空", "smoke": "疑似烟雾", "fire": "疑似明火"}
"""What stands in a rule's stead where it looks for several things."""
_FONT = cv2.FontFace("uni")  # built into OpenCV: renders Chinese without a font file
_MARK = (40, 60, 255)
_TEXT = (255, 255, 255)
_LEAST_TEXT = 13


def picture(
    frame: Frame,
    detection: Detection,
    camera_name: str = "",
    timezone: ZoneInfo | None = None,
    quality: int = JPEG_QUALITY,
) -> bytes:
    """JPEG of the frame, the thing framed, a line below it: rule, camera, time. `camera_name`: its id if empty."""
    caption = f"{_name_of(detection)}  {camera_name or detection.camera_id}  {_clock(frame.captured_at, timezone)}"
    return marked_picture(frame, detection.box, caption, quality)


def moment_picture(bringer: Bringer, camera_name: str, timezone: ZoneInfo | None = None) -> bytes:
    """JPEG of the moment a thing was put down, with who or what was there framed, and the time of it."""
    caption = f"放置时刻  {camera_name}  {_clock(bringer.frame.captured_at, timezone)}"
    return marked_picture(bringer.frame, bringer.box, caption)


def marked_picture(frame: Frame, box: Box | None, caption: str, quality: int = JPEG_QUALITY) -> bytes:
    """JPEG of the frame with `box` (if any) drawn in and `caption` on a dark bar below the picture."""
    image = np.ascontiguousarray(frame.colour())
    height, width = image.shape[:2]
    size = max(_LEAST_TEXT, height // 24)
    if box is not None:
        _draw_box(image, box)
    bar = np.full((size * 2, width, 3), 24, np.uint8)
    cv2.putText(bar, caption, (size // 2, int(size * 1.4)), _TEXT, _FONT, _fitting(caption, size, width))
    _, jpeg = cv2.imencode(".jpg", np.vstack([image, bar]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return jpeg.tobytes()


def _name_of(detection: Detection) -> str:
    return ASPECT_NAMES.get(detection.aspect or "") or RULE_NAMES.get(detection.rule, detection.rule)


def _clock(unix_time: float, timezone: ZoneInfo | None) -> str:
    return datetime.fromtimestamp(unix_time, timezone or ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S")


def _draw_box(image: ColourImage, box: Box) -> None:
    height, width = image.shape[:2]
    x, y, box_width, box_height = box
    corner = round(x * width), round(y * height)
    opposite = round((x + box_width) * width) - 1, round((y + box_height) * height) - 1
    thickness = max(2, height // 180)
    cv2.rectangle(image, corner, opposite, (0, 0, 0), thickness + 2)
    cv2.rectangle(image, corner, opposite, _MARK, thickness)


def _fitting(text: str, size: int, width: int) -> int:
    """The largest size up to `size` at which the text fits on the bar."""
    (_, _, taken, _) = cv2.getTextSize((width, size * 2), text, (0, size), _FONT, size)
    return size if taken <= width - size else max(8, int(size * (width - size) / max(1, taken)))


__all__ = ["ClipError", "clip", "marked_picture", "moment_picture", "picture"]
