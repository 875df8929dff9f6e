"""What every table shares: the declarative base, naming convention, time type, public ids and period columns."""

from __future__ import annotations

import json
import os
import time
import uuid
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import Integer, LargeBinary, MetaData, Text, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Store an instant as ISO text in UTC with a Z, and refuse a naive one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class LegalDate(TypeDecorator[date]):
    """Store a legal date as plain ISO text: it has no time and no zone."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            raise TypeError("a legal date is a date, not an instant")
        return value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Flag(TypeDecorator[bool]):
    """Store a truth value as 0 or 1: a STRICT table has no boolean."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class JsonText(TypeDecorator[Any]):
    """Store plain data as canonical JSON text: sorted keys, no blanks, characters as they are."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def new_uid() -> str:
    """Return a UUID version 7: ordered by time of making, unique outside this register."""
    stamp = time.time_ns() // 1_000_000
    raw = (stamp << 80) | int.from_bytes(os.urandom(10), "big")
    raw = raw & ~(0xF << 76) | (0x7 << 76)
    raw = raw & ~(0x3 << 62) | (0x2 << 62)
    return str(uuid.UUID(int=raw & ((1 << 128) - 1)))


class Base(DeclarativeBase):
    """The base of every table; all are STRICT."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        bool: Flag(),
        bytes: LargeBinary(),
        datetime: UtcDateTime(),
        date: LegalDate(),
        dict[str, Any]: JsonText(),
        list[Any]: JsonText(),
        list[str]: JsonText(),
    }


@event.listens_for(Base.metadata, "before_create")
def _make_tables_strict(target: MetaData, connection: Any, **_: Any) -> None:
    for table in target.tables.values():
        table.dialect_options["sqlite"]["strict"] = True


class Numbered:
    """An integer primary key of this register only."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class Period:
    """A dated fact: true from and to a day, and recorded and superseded at an instant.

    ``valid_to`` is the first day on which the fact no longer holds; ``superseded_at`` is set when a correction
    replaces the row. A correction never overwrites.
    """

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
