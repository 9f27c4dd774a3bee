"""A register as a table: what the list shows, with phone numbers and documents as they are shown there."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from api.spreadsheet import Row, csv_pieces, moment, xlsx_pieces
from incidents.register_terms import KIND_NAMES, PartyView

HEAD = (
    "类型 Kind", "姓名或名称 Name", "电话 Phone", "证件 Document", "车牌 Plate", "经营 Trade", "属地 Home",
    "30 天 30 days", "90 天 90 days", "365 天 365 days", "全部 Total", "最近 Last", "登记 Entered", "备注 Note",
)  # fmt: skip


def register_table(form: str, parties: Iterable[PartyView], zone: ZoneInfo) -> Iterator[bytes]:
    """`form`: csv or xlsx."""
    rows = (_row(one, zone) for one in parties)
    return csv_pieces(HEAD, rows) if form == "csv" else xlsx_pieces("台账 Register", HEAD, rows)


def _row(party: PartyView, zone: ZoneInfo) -> Row:
    counts, kind = party.counts, KIND_NAMES[party.kind]
    return (
        f"{kind.zh} {kind.en}", party.name, party.phone, party.id_shown, party.plate, party.trade, party.area_name,
        counts.days_30, counts.days_90, counts.days_365, counts.total, moment(counts.last_at, zone),
        moment(party.made_at, zone), party.note,
    )  # fmt: skip
