"""Why a rule tells of a thing, when it will, or why it will not: the rule itself is asked what it would say if one
fact were another. No rule is known here by its name, so that a new one is explained as well."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp, inf
from typing import Literal
from zoneinfo import ZoneInfo

from config.cameras import Zone
from vision.observation import Reason
from vision.rules import AREA_RULES, RULES
from vision.rules.area_history import AreaHistory
from vision.rules.conditions import contains, in_force
from vision.rules.history import ObjectHistory

LONGEST_AHEAD_SECONDS = 86_400.0
FACTORS = tuple(1.05**step for step in range(1, 70))  # up to some thirty times as large, or as small
BUSY_FADES_SECONDS = 8.0
QUIET_SECONDS = 600.0
_CAR_M = (4.4, 1.6)

Change = Callable[[ObjectHistory, Zone], ObjectHistory]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one zone's rule says of one thing, or of the zone as a whole. `in_seconds` where it will be told if it
    stays as it is; `reasons` why later or not at all, most telling first."""

    zone_id: str
    rule: str
    result: Literal["now", "later", "no"]
    reasons: tuple[Reason, ...] = ()
    in_seconds: float = 0.0
    confidence: float = 0.0


def outcomes_of(history: ObjectHistory, zones: Sequence[Zone], timezone: ZoneInfo) -> tuple[Outcome, ...]:
    """One for each zone of things that the thing stands in, in the order of `zones`; one that says so where it stands
    in none. Zones have their `polygon`."""
    asked = [zone for zone in zones if zone.rule in RULES]
    here = [zone for zone in asked if contains(zone.polygon, history.foot)]
    return tuple(_of_thing(history, zone, timezone) for zone in here)


def outcome_of_area(history: AreaHistory, zone: Zone, timezone: ZoneInfo, now: float) -> Outcome:
    """Of a zone that is judged as a whole."""
    if not in_force(zone, now, timezone):
        return Outcome(zone.id, zone.rule, "no", (_resting(zone),))
    judge = AREA_RULES[zone.rule]
    told = judge(history, zone)
    if told.decision == "begin":
        return Outcome(zone.id, zone.rule, "now", confidence=told.confidence)
    last = history.samples[-1]
    reasons = (_level(zone, last.people, last.stirring_share),)
    lasting = replace(last, seconds=max(zone.dwell_seconds / 20, 1.0))
    covered = 0.0
    for number in range(1, 41):
        covered += lasting.seconds
        more = tuple(replace(lasting, at=last.at + index * lasting.seconds) for index in range(1, number + 1))
        later = judge(AreaHistory((*history.samples, *more), history.told), zone)
        if later.decision == "begin":
            return Outcome(zone.id, zone.rule, "later", (_lasting(zone, covered), *reasons), covered, later.confidence)
    return Outcome(zone.id, zone.rule, "no", reasons)


def _of_thing(history: ObjectHistory, zone: Zone, timezone: ZoneInfo) -> Outcome:
    if not in_force(zone, history.now, timezone):
        return Outcome(zone.id, zone.rule, "no", (_resting(zone),))
    judged = RULES[zone.rule](history, zone)
    if judged.decision == "confirm":
        return Outcome(zone.id, zone.rule, "now", confidence=judged.confidence)
    if judged.decision == "reject":
        return Outcome(zone.id, zone.rule, "no", (_why_never(history, zone),))
    seconds = _seconds_until(history, zone)
    if seconds is not None:
        confidence = RULES[zone.rule](_after(history, seconds), zone).confidence
        return Outcome(zone.id, zone.rule, "later", (_dwelling(history, zone, seconds),), seconds, confidence)
    return Outcome(zone.id, zone.rule, "no", _why_not_yet(history, zone))


def _confirms(history: ObjectHistory, zone: Zone) -> bool:
    return RULES[zone.rule](history, zone).decision == "confirm"


def _after(history: ObjectHistory, seconds: float) -> ObjectHistory:
    """The same thing when it has stood there for so long more, and nobody has come near."""
    stayed = max(history.stay_seconds, 1.0)
    return replace(
        history,
        now=history.now + seconds,
        busy_share=history.busy_share * stayed / (stayed + seconds),
        busyness=history.busyness * exp(-seconds / BUSY_FADES_SECONDS),
        quiet_seconds=history.quiet_seconds + seconds,
        calm_seconds=history.calm_seconds + seconds,
    )


def _seconds_until(history: ObjectHistory, zone: Zone) -> float | None:
    """After how much longer the rule would tell of it; None where it never would as it is."""
    ahead = min(2.0 * zone.dwell_seconds + QUIET_SECONDS, LONGEST_AHEAD_SECONDS)
    if not _confirms(_after(history, ahead), zone):
        return None
    low, high = 0.0, ahead
    while high - low > 0.5:
        middle = (low + high) / 2
        low, high = (low, middle) if _confirms(_after(history, middle), zone) else (middle, high)
    return high


def _why_never(history: ObjectHistory, zone: Zone) -> Reason:
    rule = RULES[zone.rule]

    def accepts(size_m: tuple[float, float] | None, box: tuple[float, float, float, float]) -> bool:
        return rule(replace(history, size_m=size_m, box=box), zone).decision != "reject"

    if history.size_m is None:
        middle = (zone.size.min_m * zone.size.max_m) ** 0.5 or zone.size.max_m / 2
        shapes = ((middle, middle), (middle, middle / 2), (middle, middle / 4))
        if any(accepts(shape, history.box) for shape in shapes) and not _fits_scaled(history, accepts):
            return Reason("no_pose", "摄像机没有位姿，无法得出尺寸", "the camera has no pose, so sizes are not known")
        return _picture_size(history, accepts)
    longest = max(history.size_m)
    if longest < zone.size.min_m:
        return _too_small(longest, zone.size.min_m)
    if longest > zone.size.max_m:
        return _too_large(longest, zone.size.max_m)
    width, height = history.size_m
    for factor in FACTORS:
        if accepts((width * factor, height * factor), history.box):
            return _too_small(width, width * factor)
        if accepts((width / factor, height / factor), history.box):
            return _too_large(longest, longest / factor)
    for factor in FACTORS:
        if accepts((width, height / factor), history.box):
            return Reason(
                "too_high",
                f"按其宽度太高：高 {height:.1f} 米，应不超过 {height / factor:.1f} 米",
                f"too high for its width: {height:.1f} m, at most {height / factor:.1f} m",
            )
    return _unexplained(zone)


def _fits_scaled(history: ObjectHistory, accepts: Callable[..., bool]) -> bool:
    return any(accepts(None, _scaled(history, factor)) for factor in (*FACTORS, *(1 / one for one in FACTORS)))


def _scaled(history: ObjectHistory, factor: float) -> tuple[float, float, float, float]:
    x, y, width, height = history.box
    return x, y, width * factor, height * factor


def _picture_size(history: ObjectHistory, accepts: Callable[..., bool]) -> Reason:
    wide, high = (f"{100 * share:.1f} %" for share in history.box[2:])
    if any(accepts(None, _scaled(history, factor)) for factor in FACTORS):
        return Reason(
            "too_small",
            f"在画面中太小（宽 {wide}，高 {high}）；摄像机没有位姿，无法按米判断",
            f"too small in the picture ({wide} wide, {high} high); without a pose it cannot be judged in metres",
        )
    return Reason(
        "too_large",
        f"在画面中太大（宽 {wide}，高 {high}）；摄像机没有位姿，无法按米判断",
        f"too large in the picture ({wide} wide, {high} high); without a pose it cannot be judged in metres",
    )


_CAUSES: Sequence[tuple[Reason, Change]] = (
    (Reason("hidden", "此刻被遮挡", "hidden at this moment"), lambda h, _: replace(h, visible=True)),
    (
        Reason("seldom_seen", "多数时候看不到它", "not seen for most of the time"),
        lambda h, _: replace(h, presence=1.0),
    ),
    (
        Reason("moves", "没有静止（可能是人）", "does not keep still; it may be a person"),
        lambda h, _: replace(h, steadiness=1.0),
    ),
    (
        Reason("handled", "旁边一直有人", "somebody keeps close to it"),
        lambda h, _: replace(h, busy_share=0.0, busyness=0.0, quiet_seconds=h.quiet_seconds + QUIET_SECONDS),
    ),
    (Reason("alone", "像停放的车辆：旁边没有人", "like a parked vehicle: nobody comes to it"),
     lambda h, _: replace(h, busy_share=0.6)),
    (
        Reason("changing", "一直在变化", "keeps changing"),
        lambda h, _: replace(h, unchanged_at=0.0, calm_seconds=QUIET_SECONDS, stirs=0),
    ),
    (
        Reason("like_a_vehicle", "外形像车辆", "has the shape of a vehicle"),
        lambda h, _: replace(h, body_share=0.2, area_m2=0.5 if h.area_m2 is not None else None),
    ),
    (
        Reason("unlike_a_vehicle", "外形不像车辆", "does not have the shape of a vehicle"),
        lambda h, _: replace(h, body_share=1.0, area_m2=_CAR_M[0] * _CAR_M[1], busy_share=0.0, size_m=_CAR_M),
    ),
)  # fmt: skip


def _why_not_yet(history: ObjectHistory, zone: Zone) -> tuple[Reason, ...]:
    """What stands against it once it has stayed long enough: one thing, or else all that must be otherwise at once."""
    late = _after(history, min(2.0 * zone.dwell_seconds + QUIET_SECONDS, LONGEST_AHEAD_SECONDS))
    for reason, change in _CAUSES:
        if _confirms(change(late, zone), zone):
            return (reason,)
    changes = list(_CAUSES)
    if not _confirms(_with(late, zone, changes), zone):
        changes = [one for one in changes if one[0].code not in ("unlike_a_vehicle", "alone")]
        if not _confirms(_with(late, zone, changes), zone):
            return (_unexplained(zone),)
    for one in tuple(changes):
        without = [other for other in changes if other is not one]
        if _confirms(_with(late, zone, without), zone):
            changes = without
    return tuple(reason for reason, _ in changes)


def _with(history: ObjectHistory, zone: Zone, changes: Sequence[tuple[Reason, Change]]) -> ObjectHistory:
    for _, change in changes:
        history = change(history, zone)
    return history


def _dwelling(history: ObjectHistory, zone: Zone, seconds: float) -> Reason:
    stayed = history.stay_seconds
    return Reason(
        "waiting",
        f"已停留 {_span_zh(stayed)}（要求 {_span_zh(zone.dwell_seconds)}），再过约 {_span_zh(seconds)}告警",
        f"has stood {_span(stayed)} of {_span(zone.dwell_seconds)}; would be told in about {_span(seconds)}",
    )


def _lasting(zone: Zone, seconds: float) -> Reason:
    return Reason(
        "waiting",
        f"若保持现状，再过约 {_span_zh(seconds)}告警（要求 {_span_zh(zone.dwell_seconds)}）",
        f"would be told in about {_span(seconds)} if it stays so (of {_span(zone.dwell_seconds)})",
    )


def _level(zone: Zone, people: float | None, share: float) -> Reason:
    if people is not None:
        return Reason("level", f"现约 {people:.0f} 人", f"about {people:.0f} people now")
    return Reason("level", f"现占用区域的 {share:.0%}", f"{share:.0%} of the zone is taken now")


def _resting(zone: Zone) -> Reason:
    hours = ", ".join(zone.hours)
    return Reason("hours", f"此刻不在时段内（{hours}）", f"outside its hours ({hours})")


def _too_small(value: float, limit: float) -> Reason:
    return Reason("too_small", f"太小：{value:.1f} 米 < {limit:.1f} 米", f"too small: {value:.1f} m < {limit:.1f} m")


def _too_large(value: float, limit: float) -> Reason:
    return Reason("too_large", f"太大：{value:.1f} 米 > {limit:.1f} 米", f"too large: {value:.1f} m > {limit:.1f} m")


def _unexplained(zone: Zone) -> Reason:
    return Reason("rule", "规则不认为它是这类目标", f"the rule {zone.rule} does not take it for one")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 or seconds == inf else f"{seconds / 60:.0f} min"


def _span_zh(seconds: float) -> str:
    return f"{seconds:.0f} 秒" if seconds < 600 else f"{seconds / 60:.0f} 分钟"
