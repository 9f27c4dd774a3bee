import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wall.wire import CATCH_UP, DISCONTINUITY, KEYFRAME, WireError, WireUnit, decode, encode

units = st.builds(
    WireUnit,
    stream=st.integers(0, 65535),
    flags=st.integers(0, 7),
    pts_us=st.integers(0, 2**63),
    received_us=st.integers(0, 2**63),
    payload=st.binary(max_size=200),
)


@given(st.lists(units, max_size=8))
def test_what_is_encoded_is_decoded(batch):
    assert list(decode(encode(batch))) == batch


@given(st.lists(units, min_size=1, max_size=4), st.data())
def test_a_cut_frame_is_refused(batch, data):
    frame = encode(batch)
    cut = data.draw(st.integers(1, batch[-1].size - 1))
    with pytest.raises(WireError, match="cut off"):
        list(decode(frame[:-cut]))


def test_layout_of_the_contract():
    unit = WireUnit(7, KEYFRAME | CATCH_UP | DISCONTINUITY, 5, 9, b"\x00\x00\x01\x65")
    assert encode([unit]) == struct.pack(">HBBIQQ", 7, 7, 0, 4, 5, 9) + b"\x00\x00\x01\x65"
    assert encode([unit])[:8].hex() == "0007070000000004"
