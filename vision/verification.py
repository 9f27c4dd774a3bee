"""Asked by a case: is the thing gone? Compares with the ground remembered from before it came."""

from collections.abc import Sequence

from vision.grid import PixelBox
from vision.observation import Reason, Verdict
from vision.sight import Kind

LEAST_FRAMES = 2

GONE = Reason("place_is_bare", "原位置已恢复原状", "the place looks as it did before")
PRESENT = Reason("still_there", "物体仍在原位置", "the thing is still there")
GOES_ON = Reason("goes_on", "现场仍在持续", "it still goes on")
HAS_ENDED = Reason("has_ended", "现场已经结束", "it has come to an end")
NO_FRAMES = Reason("no_frames", "没有可用画面", "no picture to look at")
NO_MEMORY = Reason("no_memory", "没有该位置此前的画面记录", "nothing is remembered of this place from before")
OTHER_PLACE = Reason("other_place", "所给位置与记录不符", "the box given is not where the thing stood")
DARK = Reason("dark", "画面过暗或对比不足", "too dark or too little contrast to tell")
HIDDEN = Reason("hidden", "被遮挡或现场有变化", "something else is in front, or the place has changed")
MOVED = Reason("scene_changed", "摄像机画面已变动", "the camera's view has changed")
UNSETTLED = Reason("unsettled", "前后画面不一致", "the pictures do not agree")


def verdict_of(kinds: Sequence[Kind], captured_at: float) -> Verdict:
    """From what each frame showed, oldest first. Gone needs two bare frames and none with the thing in it."""
    bare, there = kinds.count("background"), kinds.count("object")
    if bare and there:
        # It left (or came back) while we looked: the newest frames decide, if they agree.
        newest = [kind for kind in kinds if kind in ("background", "object")][-LEAST_FRAMES:]
        bare, there = newest.count("background"), newest.count("object")
    if bare and there:
        return Verdict("cannot_tell", UNSETTLED, captured_at)
    if there:
        return Verdict("present", PRESENT, captured_at)
    if bare >= LEAST_FRAMES:
        return Verdict("gone", GONE, captured_at)
    if bare:
        return Verdict("cannot_tell", UNSETTLED, captured_at)
    reason = DARK if kinds.count("unclear") * 2 >= len(kinds) else HIDDEN
    return Verdict("cannot_tell", reason, captured_at)


def same_place(first: PixelBox, second: PixelBox) -> bool:
    """Whether the two boxes overlap at all: a thing's box may have grown or shrunk since it was told."""
    return first.touches(second, 2)
