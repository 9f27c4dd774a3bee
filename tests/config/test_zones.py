from typing import Any, get_args

import pytest

from config.zone_defaults import ZONE_DEFAULTS
from config.zones import Zone

PLACE: dict[str, Any] = {"id": "z", "polygon": [(0.1, 0.5), (0.9, 0.5), (0.9, 0.9)], "case_class": "05-05"}


def test_defaults_are_those_of_known_rules_and_known_keys() -> None:
    assert set(ZONE_DEFAULTS) <= set(get_args(Zone.model_fields["rule"].annotation))
    assert {key for values in ZONE_DEFAULTS.values() for key in values} <= set(Zone.model_fields)


@pytest.mark.parametrize("rule", ZONE_DEFAULTS)
def test_a_rule_brings_what_its_zone_does_not_say(rule: str) -> None:
    plain = Zone.model_validate({**PLACE, "rule": rule})
    for key, value in ZONE_DEFAULTS[rule].items():
        assert plain.model_dump(mode="json")[key] == value
    assert Zone.model_validate({**PLACE, "rule": rule, "dwell_seconds": 77}).dwell_seconds == 77


def test_what_a_worker_is_sent_means_the_same_there() -> None:
    zone = Zone.model_validate({**PLACE, "rule": "parking", "size": {"min_m": 3, "max_m": 6}, "opens_case": True})
    assert Zone.model_validate(zone.model_dump(mode="json", exclude_defaults=True)) == zone
    assert Zone.model_validate(zone.model_dump(mode="json")) == zone
