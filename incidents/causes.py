"""Why a detection was none: the causes an operator may name, and how long each is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass

from incidents.errors import Invalid
from incidents.text import Text, clean_text

HOUR = 3600.0
DAY = 24 * HOUR
FOR_EVER = float("inf")
OTHER = "other"
NOT_FOUND = "not_found"
"""Said by who went there, not offered in the review queue: he names nothing that could be remembered."""
MAX_WORD = 60


@dataclass(frozen=True, slots=True)
class Cause:
    """`kept_seconds`: how long it is remembered; 0 not at all, FOR_EVER until somebody forgets it. `fixed`: it does not
    move, so that the place alone will do where there is no look to compare. `daily`: it comes back at its own time of
    day, and counts then only."""

    code: str
    name: Text
    kept_seconds: float
    fixed: bool = False
    daily: bool = False


CAUSES: Mapping[str, Cause] = {
    cause.code: cause
    for cause in (
        Cause("bin", Text("垃圾桶", "Bin"), FOR_EVER, fixed=True),
        Cause("sign", Text("店招、广告牌", "Shop sign or board"), FOR_EVER, fixed=True),
        # Gone by the evening; what stands there then is to be raised.
        Cause("vehicle", Text("停放车辆", "Parked vehicle"), 4 * HOUR),
        # People move: what stands there in an hour is somebody or something else.
        Cause("person", Text("行人", "Person"), 0.0),
        Cause("light", Text("阴影、光线", "Shadow or light"), 14 * DAY, daily=True),
        Cause("plants", Text("植物", "Plants"), 90 * DAY, fixed=True),
        # It comes and goes, but by its look and place it is the one that is allowed.
        Cause("permitted", Text("许可摊点", "Permitted"), FOR_EVER),
        Cause("water", Text("积水、反光", "Water or reflection"), 2 * DAY),
        # Everything in the picture has another place now.
        Cause("camera_moved", Text("摄像机移动", "Camera moved"), 0.0),
        Cause(OTHER, Text("其他", "Other"), 7 * DAY),
    )
}
"""In the order they are offered in: the digits 1 to 9 and 0."""

NEVER_REMEMBERED = frozenset({"crowd", "occupancy", "smoke_fire"})
"""Rules that judge a zone as a whole: their box is always the same, and a remembered one would end the rule."""


def checked_cause(detail: Mapping[str, object]) -> dict[str, str]:
    """`cause` and `word` of a rejection, or nothing where no cause is given. Raises Invalid."""
    code, word = detail.get("cause"), detail.get("word")
    if code is None:
        if word is not None:
            raise Invalid("a word needs a cause", "word")
        return {}
    if not isinstance(code, str) or code not in CAUSES:
        raise Invalid(f"cause must be one of {', '.join(CAUSES)}", "cause")
    said = clean_text(word, "word", MAX_WORD) if word is not None else ""
    if code == OTHER and not said:
        raise Invalid("the cause other needs a word", "word", "请填写原因")
    return {"cause": code, **({"word": said} if said else {})}
