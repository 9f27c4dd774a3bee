"""Importing cameras from a table, and checking them all."""

from typing import Any

from pydantic import Field

from api.schemas import Answer, Body
from api.schemas.ptz import CameraId


class ImportPreview(Answer):
    id: str = Field(description="to apply it; kept for half an hour")
    form: str
    heading_row: int
    columns: dict[str, str] = Field(description="field → the table's heading")
    unused_columns: list[str]
    coordinates: dict[str, Any]
    counts: dict[str, int]
    accounts: list[dict[str, str]] = Field(description="new entries under credentials, without passwords")
    changes: list[dict[str, Any]]
    rows: list[dict[str, Any]]


class ApplyRequest(Body):
    leave_out_faulty: bool = Field(default=False, description="add the good rows although others have errors")


class ApplyAnswer(Answer):
    added: int
    changed: int
    backup: str = Field(description="name of the copy of cameras.yaml as it was")
    unsettled: list[str] = Field(default=[], description="ingest workers that could not follow yet, and why")


class CheckRequest(Body):
    cameras: list[CameraId] | None = Field(default=None, max_length=20_000, description="null: all")


class CheckAnswer(Answer):
    total: int
    done: int
    started_at: float
    ended_at: float | None = Field(description="null while it runs")
    cameras: list[dict[str, Any]]
