"""Connected patches of a mask."""

from dataclasses import dataclass

import cv2
import numpy as np

from vision.grid import Mask, PixelBox

MOST_BLOBS = 48

_OPEN = np.ones((2, 2), np.uint8)
_CLOSE = np.ones((5, 5), np.uint8)


@dataclass(frozen=True, slots=True)
class Blob:
    """`mask` has the size of `box`; `area` counts its pixels."""

    box: PixelBox
    mask: Mask
    area: int


def find_blobs(mask: Mask, least_area: int) -> list[Blob]:
    """The largest patches, specks removed and small gaps closed; at most `MOST_BLOBS`, so that rain costs little."""
    cleaned = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _OPEN)
    if cv2.countNonZero(cleaned) < least_area:
        return []
    cleaned = cv2.morphologyEx(cleaned, cv2.MORPH_CLOSE, _CLOSE)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cleaned, connectivity=8)
    order = sorted(range(1, count), key=lambda label: -int(stats[label, cv2.CC_STAT_AREA]))
    blobs = []
    for label in order[:MOST_BLOBS]:
        left, top, width, height, area = (int(value) for value in stats[label])
        if area < least_area:
            break
        box = PixelBox(left, top, left + width, top + height)
        part = np.asarray(labels[box.slices] == label, np.uint8) * np.uint8(255)
        blobs.append(Blob(box, part, area))
    return blobs
