"""Base maps in cameras.yaml: what is refused, and how it is said."""

import pytest
from pydantic import ValidationError

from config.base_maps import BaseMap, check_base_maps

FILE = {"id": "aerial", "name": "影像", "kind": "file", "file": "aerial.mbtiles"}
XYZ = {"id": "plan", "name": "电子地图", "kind": "xyz", "address": "http://10.0.0.5/{z}/{x}/{y}.png"}
WMTS = {
    "id": "sky",
    "name": "天地图",
    "kind": "wmts",
    "address": "https://t{s}.tianditu.gov.cn/img_c/wmts",
    "subdomains": "01234567",
    "credentials": "tianditu",
    "wmts": {"layer": "img", "matrix_set": "c"},
}


def test_the_three_kinds():
    assert BaseMap.model_validate(FILE).source_grid == "mercator"
    assert BaseMap.model_validate(XYZ).source_grid == "mercator"
    assert BaseMap.model_validate(WMTS).source_grid == "degrees"
    assert BaseMap.model_validate(WMTS | {"wmts": {"layer": "img", "matrix_set": "w"}}).source_grid == "mercator"
    assert BaseMap.model_validate(WMTS | {"grid": "mercator"}).source_grid == "mercator"


REFUSED = [
    (FILE | {"file": None}, "must have file with kind file"),
    (FILE | {"address": "http://x/{z}/{x}/{y}"}, "must not have address with kind file"),
    (FILE | {"grid": "degrees"}, "must not have grid with kind file"),
    (FILE | {"id": "own"}, "must not be own"),
    (FILE | {"name": "a\x00b"}, "control characters"),
    (FILE | {"coordinates": "bd09"}, "wgs84"),
    (FILE | {"min_zoom": 12, "max_zoom": 3}, "min_zoom larger"),
    (FILE | {"overlays": ["aerial"]}, "itself among its overlays"),
    (XYZ | {"address": "ftp://x/{z}/{x}/{y}"}, "must begin with https:// or http://"),
    (XYZ | {"address": "http://x/{z}/{x}"}, r"must have {z}, {x} and {y}"),
    (XYZ | {"address": "http://x/{z}/{x}/{y}/{q}"}, r"has {q} in its address"),
    (XYZ | {"address": "http://{key}/{z}/{x}/{y}"}, "placeholder other than {s} in its host"),
    (XYZ | {"address": "http://x{s}/{z}/{x}/{y}"}, "must have subdomains"),
    (XYZ | {"address": "http://x/{z}/{x}/{y}#a"}, "fragment"),
    (XYZ | {"address": "http://x/{z}/{x}/{y}?tk=0123secret"}, "must not contain a user name or key"),
    (XYZ | {"address": "http://me:0123secret@x/{z}/{x}/{y}"}, "must not contain a user name or key"),
    (XYZ | {"address": "http://x/{z}/{x}/{y}?key={key}"}, "must have credentials"),
    (XYZ | {"address": "http://x/{z}/{x}/{y}?key={key}", "credentials": "a"}, "sends its key readable"),
    (WMTS | {"wmts": None}, "must have wmts with kind wmts"),
    (WMTS | {"address": "https://t{s}.x/{TileMatrix}/{TileRow}"}, "{TileMatrix}, {TileRow} and {TileCol}"),
]


@pytest.mark.parametrize(("given", "reason"), REFUSED, ids=[reason[:24] for _, reason in REFUSED])
def test_what_is_wrong_is_refused_with_the_reason_and_without_the_secret(given, reason):
    with pytest.raises(ValidationError) as refusal:
        BaseMap.model_validate(given)
    assert reason.replace("\\", "") in str(refusal.value)
    assert "0123secret" not in str(refusal.value)


def test_ids_and_overlays_must_fit():
    one, other = BaseMap.model_validate(FILE), BaseMap.model_validate(XYZ | {"overlays": ["aerial"]})
    check_base_maps([one, other])
    for listed, reason in [
        ([one, one], "more than once"),
        ([other], "none of the base maps"),
        ([one, other, BaseMap.model_validate(XYZ | {"id": "third", "overlays": ["plan"]})], "has overlays itself"),
    ]:
        with pytest.raises(ValueError, match=reason):
            check_base_maps(listed)
