"""The rules by the name a zone calls them. How to add one: docs/adding-a-rule.md."""

from collections.abc import Callable, Mapping

from config.cameras import Zone
from vision.rules import crowd, dumping, occupancy, parking, pile, smoke_fire, stall
from vision.rules.area_history import AreaHistory, AreaJudgement
from vision.rules.history import Judgement, ObjectHistory

Rule = Callable[[ObjectHistory, Zone], Judgement]
"""Pure: the same history and zone give the same judgement. Place and hours are checked before it is asked."""

RULES: Mapping[str, Rule] = {
    "stall": stall.judge,
    "dumping": dumping.judge,
    "parking": parking.judge,
    "pile": pile.judge,
}

AreaRule = Callable[[AreaHistory, Zone], AreaJudgement]
"""Pure, too. Asked of a zone as a whole at every sample while the zone is in force."""

AREA_RULES: Mapping[str, AreaRule] = {
    "crowd": crowd.judge,
    "occupancy": occupancy.judge,
    "smoke_fire": smoke_fire.judge,
}

RULES_OF_BRINGING = frozenset({"dumping", "pile"})
"""What these tell of was brought by somebody: a picture of who or what was there goes into the evidence."""
