"""A day's report on the quality of video: per area how many cameras, how many well, what was wrong with which."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from incidents.errors import Invalid
from incidents.quality import FAULTS, LOST, DayCamera
from incidents.views import QualityEpisode


@dataclass(frozen=True, slots=True)
class AreaReport:
    """`affected`: cameras with a fault at any time of the day; `well`: those without one at its end. `online_share`:
    of the time of all its cameras, 0 to 1, as far as it has passed. `faults`: how many cameras had each."""

    area: str
    area_name: str
    cameras: int
    well: int
    affected: int
    online_share: float
    faults: Mapping[str, int]

    @property
    def well_share(self) -> float:
        return self.well / self.cameras if self.cameras else 1.0


@dataclass(frozen=True, slots=True)
class ReportItem:
    """`seconds`: how long it went on within the day."""

    camera: DayCamera
    area_name: str
    episode: QualityEpisode
    seconds: float


@dataclass(frozen=True, slots=True)
class QualityReport:
    """`from_at`, `to_at`: midnight to midnight in the town's zone; `until`: to_at, or now where that has not come."""

    day: str
    from_at: float
    to_at: float
    until: float
    total: AreaReport
    areas: tuple[AreaReport, ...]
    items: tuple[ReportItem, ...]


def day_of(at: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).date().isoformat()


def day_bounds(day: str, zone: ZoneInfo) -> tuple[float, float]:
    """Midnight to midnight: 23 or 25 hours where clocks change. Raises Invalid."""
    try:
        first = date.fromisoformat(day)
        next_day = first + timedelta(days=1)
        if not 1970 < first.year < 2200:
            raise ValueError(day)
    except (ValueError, OverflowError):
        raise Invalid("a day is written as 2026-09-21", "day") from None
    begins, ends = (datetime(one.year, one.month, one.day, tzinfo=zone).timestamp() for one in (first, next_day))
    return begins, ends


def quality_report(
    day: str,
    zone: ZoneInfo,
    now: float,
    cameras: Iterable[DayCamera],
    area_names: Mapping[str, str],
    episodes: Iterable[QualityEpisode],
) -> QualityReport:
    """Pure. Episodes of cameras not among `cameras`, or outside the day, are left out. Raises Invalid."""
    from_at, to_at = day_bounds(day, zone)
    if from_at > now:
        raise Invalid("that day has not begun", "day")
    until = min(to_at, now)
    known = {camera.id: camera for camera in cameras}
    items = [
        ReportItem(known[one.camera_id], area_names.get(known[one.camera_id].area, ""), one, seconds)
        for one in episodes
        if one.camera_id in known and (seconds := _within(one, from_at, until)) > 0
    ]
    items.sort(key=_place_in_list)
    tally: dict[str, _Tally] = defaultdict(_Tally)
    for camera in known.values():
        tally[camera.area].cameras.add(camera.id)
    for item in items:
        tally[item.camera.area].add(item, until)
    elapsed = until - from_at
    areas = [_area(code, area_names.get(code, ""), tally[code], elapsed) for code in sorted(tally)]
    whole = _Tally()
    for one in tally.values():
        whole.join(one)
    return QualityReport(day, from_at, to_at, until, _area("", "", whole, elapsed), tuple(areas), tuple(items))


def _place_in_list(item: ReportItem) -> tuple[str, str, int, float]:
    return item.camera.area, item.camera.id, FAULTS.index(item.episode.fault), item.episode.began_at


@dataclass
class _Tally:
    cameras: set[str] = field(default_factory=set)
    affected: set[str] = field(default_factory=set)
    unwell: set[str] = field(default_factory=set)
    faults: set[tuple[str, str]] = field(default_factory=set)
    lost_seconds: float = 0.0

    def add(self, item: ReportItem, until: float) -> None:
        episode = item.episode
        self.affected.add(episode.camera_id)
        self.faults.add((episode.fault, episode.camera_id))
        if episode.ended_at is None or episode.ended_at > until:
            self.unwell.add(episode.camera_id)
        if episode.fault == LOST:
            self.lost_seconds += item.seconds

    def join(self, other: "_Tally") -> None:
        self.cameras |= other.cameras
        self.affected |= other.affected
        self.unwell |= other.unwell
        self.faults |= other.faults
        self.lost_seconds += other.lost_seconds


def _area(code: str, name: str, tally: _Tally, elapsed: float) -> AreaReport:
    counted = Counter(fault for fault, _ in tally.faults)
    camera_seconds = len(tally.cameras) * elapsed
    return AreaReport(
        area=code,
        area_name=name,
        cameras=len(tally.cameras),
        well=len(tally.cameras) - len(tally.unwell),
        affected=len(tally.affected),
        online_share=max(0.0, 1.0 - tally.lost_seconds / camera_seconds) if camera_seconds > 0 else 1.0,
        faults={fault: counted[fault] for fault in FAULTS if counted[fault]},
    )


def _within(episode: QualityEpisode, from_at: float, until: float) -> float:
    ended = until if episode.ended_at is None else min(episode.ended_at, until)
    return ended - max(episode.began_at, from_at)


def as_plain(report: QualityReport) -> dict[str, Any]:
    """For JSON, as docs/api.md describes it."""
    return {
        "day": report.day,
        "from_at": report.from_at,
        "to_at": report.to_at,
        "until": report.until,
        "total": _area_plain(report.total),
        "areas": [_area_plain(one) for one in report.areas],
        "items": [
            {
                "camera_name": item.camera.name,
                "camera_name_en": item.camera.name_en,
                "seconds": round(item.seconds, 1),
                **{name: getattr(item.episode, name) for name in _EPISODE},
                "area": item.camera.area,
                "area_name": item.area_name,
            }
            for item in report.items
        ],
    }


_EPISODE = ("id", "camera_id", "fault", "began_at", "told_at", "ended_at", "picture", "healthy")


def _area_plain(one: AreaReport) -> dict[str, Any]:
    return {
        "area": one.area,
        "area_name": one.area_name,
        "cameras": one.cameras,
        "well": one.well,
        "well_share": round(one.well_share, 4),
        "affected": one.affected,
        "online_share": round(one.online_share, 4),
        "faults": dict(one.faults),
    }
