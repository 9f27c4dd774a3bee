"""How a thing begins, and how two become one."""

import cv2
import numpy as np

from vision.background import Comparison
from vision.grid import Floats, Mask, PixelBox
from vision.static_object import FIRST_HITS, UNSETTLED_SAMPLES, StaticObject


def new_object(
    object_id: str,
    box: PixelBox,
    mask: Mask,
    seen: Comparison,
    slow: Floats,
    edge_score: float,
    first_seen_at: float,
    now: float,
) -> StaticObject:
    """A thing just found under `mask` (the size of `box`). `slow`: the slow background, whole."""
    rows, columns = box.slices
    return StaticObject(
        object_id=object_id,
        box=box,
        mask=mask.copy(),
        appearance=seen.light.remove(seen.picture[rows, columns], rows, columns).astype(np.float32),
        background=np.array(slow[rows, columns], np.float32),
        hits=np.full(mask.shape, FIRST_HITS, np.float32),
        first_seen_at=first_seen_at,
        created_at=now,
        edge_score=edge_score,
        last_visible_at=now,
        last_busy_at=now,
    )


def absorb_into(first: StaticObject, second: StaticObject, seen: Comparison, slow: Floats) -> None:
    """Make `second` part of `first`: one thing from now on."""
    box = first.box.union(second.box)
    rows, columns = box.slices
    now = seen.light.remove(seen.picture[rows, columns], rows, columns)
    mask = np.zeros((box.height, box.width), np.uint8)
    hits = np.zeros(mask.shape, np.float32)
    appearance = now.astype(np.float32)
    background = np.array(slow[rows, columns], np.float32)
    for part in (second, first):
        top, left = part.box.top - box.top, part.box.left - box.left
        place = slice(top, top + part.box.height), slice(left, left + part.box.width)
        for whole, crop in ((mask, part.mask), (appearance, part.appearance), (background, part.background)):
            cv2.copyTo(crop, part.mask, whole[place])
        cv2.copyTo(part.hits, part.mask, hits[place])
    # What stood here for a moment has moved on: a cart still being pushed.
    moved_on = not first.visible and first.present_samples <= UNSETTLED_SAMPLES and first.announced is None
    together = first.dating().joined(first.mask, first.box, second.dating(), second.mask, second.box)
    total = first.area + second.area
    first.edge_score = (first.edge_score * first.area + second.edge_score * second.area) / total
    first.box, first.mask, first.hits = box, mask, hits
    first.appearance, first.background = appearance, background
    if first.shown is not None:
        first.shown = seen.picture[rows, columns].copy(), now
    first.parts = together
    if moved_on:
        first.first_seen_at = second.first_seen_at
        first.parts = None
    else:
        first.redate()
    first.trim()
