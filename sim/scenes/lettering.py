"""Chinese and Latin lettering from the font OpenCV carries with it."""

from functools import cache

import cv2
import numpy as np

from sim.scenes.textures import Colour, Image


@cache
def _face() -> cv2.FontFace:
    return cv2.FontFace("uni")


def write(image: Image, text: str, box: tuple[int, int, int, int], colour: Colour, *, weight: int = 700) -> None:
    """Centres one line of text in the box (left, top, width, height), as large as fits."""
    left, top, width, height = box
    if width < 4 or height < 4 or not text:
        return
    size = max(4, int(height * 0.82))
    (_, _, wide, _) = cv2.getTextSize((0, 0), text, (0, 0), _face(), size, weight)
    if wide > width * 0.94:
        size = max(4, int(size * width * 0.94 / wide))
        (_, _, wide, _) = cv2.getTextSize((0, 0), text, (0, 0), _face(), size, weight)
    origin = (int(left + (width - wide) / 2), int(top + height / 2 + size * 0.36))
    cv2.putText(image, text, origin, colour, _face(), size, weight)


def signboard(text: str, width: int, height: int, ground: Colour, colour: Colour) -> Image:
    board: Image = np.empty((height, width, 3), np.uint8)
    board[:] = np.linspace(1.08, 0.9, height)[:, None, None] * np.array(ground)[None, None, :].clip(0, 235)
    cv2.rectangle(board, (0, 0), (width - 1, height - 1), tuple(c * 0.6 for c in ground), max(1, height // 20))
    write(board, text, (2, 1, width - 4, height - 2), colour)
    return board
