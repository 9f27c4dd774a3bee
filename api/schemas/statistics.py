"""Cases over the map, and what follows from them for patrols."""

from datetime import date

from api.schemas import Answer, Names


class GridStatistics(Answer):
    """`per_1000`: null where nobody, or nobody known, lives there. `z`, `p`, `q`, `heat`: null where too little is
    known; `heat` is `hot`, `cold` or null for no more nor less than chance. `edition`: first day of the edition of the
    grids its outline is of, null for the first. `before`: cases in the stretch of time before, as long as this one."""

    grid: str
    name: str
    name_en: str
    village: str
    edition: date | None
    km2: float
    population: int | None
    cases: int
    before: int
    per_km2: float
    per_1000: float | None
    z: float | None
    p: float | None
    q: float | None
    heat: str | None
    words: Names


class AreaStatistics(Answer):
    """Sums over the grids of an area that were counted. `population` null where none of them tells it; `per_1000`
    counts the cases of those that do. `hot`: how many of them are hot."""

    area: str
    name: str
    name_en: str
    level: str
    parent: str | None
    grids: int
    cases: int
    before: int
    km2: float
    population: int | None
    per_km2: float
    per_1000: float | None
    hot: int


class StatisticsAnswer(Answer):
    """`from_at`, `to_at`: Unix seconds, the last of `days`. `areas`: above the grids, in the order of their paths.
    `edition` as asked for; `editions`: first days of those the grids are from, null for the first. `complete`: false
    where there were more cases than are placed at once (500 000), and the newest were counted. `elsewhere`: cases in
    none of the grids. `week`: seven days from Monday of 24 hours each, by the town's clock."""

    from_at: float
    to_at: float
    days: int
    per: str
    edition: str
    editions: list[date | None]
    complete: bool
    total: int
    elsewhere: int
    told: Names
    grids: list[GridStatistics]
    areas: list[AreaStatistics]
    week: list[list[int]]


class MonthAnswer(Answer):
    """`year_before`: the same month a year before; of a month that is not over, as many days of it."""

    month: str
    cases: int
    year_before: int


class HistoryAnswer(Answer):
    """`week`: seven days from Monday of 24 hours each, by the town's clock; `months`: the twelve up to the end of the
    time asked for, the oldest first."""

    week: list[list[int]]
    months: list[MonthAnswer]


class PatrolAnswer(Answer):
    """`hours`: from and to by the town's clock; `weekdays`: 0 is Monday."""

    grid: str
    name: str
    lon: float
    lat: float
    hours: list[int]
    weekdays: list[int]
    why: Names


class PatrolAdvice(Answer):
    items: list[PatrolAnswer]
