"""What every table of the register keeps to, and the types that its columns are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import CheckConstraint, create_engine, text
from sqlalchemy.dialects import sqlite

from cme_desktop.models import episode, order, timeline
from cme_desktop.models.base import Base, Flag, JsonText, LegalDate, UtcDateTime, new_uid

DIALECT = sqlite.dialect()
TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)


def test_every_table_is_strict_and_has_a_key() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        made = dict(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
    engine.dispose()
    assert set(made) >= {table.name for table in TABLES}
    assert [table.name for table in TABLES if "STRICT" not in made[table.name]] == []
    assert [table.name for table in TABLES if not table.primary_key.columns] == []


def test_nothing_is_deleted_by_a_cascade_and_every_constraint_has_a_name() -> None:
    keys = [key for table in TABLES for key in table.foreign_keys]
    assert [key for key in keys if key.ondelete or key.onupdate] == []
    constraints = [one for table in TABLES for one in table.constraints]
    assert [one for one in constraints if one.name is None] == []


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (episode.Episode, "open_case_has_action"),
        (episode.Episode, "closed_case_has_outcome"),
        (timeline.Enquiry, "sd39"),
        (order.Approval, "never_the_drafter"),
    ],
)
def test_what_must_never_be_is_refused_by_the_database_too(table: type[Base], name: str) -> None:
    checks = [one for one in table.__table__.constraints if isinstance(one, CheckConstraint)]  # type: ignore[attr-defined]
    assert any(str(one.name).endswith(name) for one in checks)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-5))])))
def test_an_instant_comes_back_as_it_was_and_sorts_as_text(moment: datetime) -> None:
    kind = UtcDateTime()
    written = kind.process_bind_param(moment, DIALECT)
    assert written is not None
    assert written.endswith("Z")
    assert kind.process_result_value(written, DIALECT) == moment
    later = kind.process_bind_param(min(moment, datetime(9990, 1, 1, tzinfo=UTC)) + timedelta(seconds=1), DIALECT)
    assert later is not None
    assert moment > datetime(9990, 1, 1, tzinfo=UTC) or written < later


def test_an_instant_without_a_zone_and_an_instant_for_a_date_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 24, 12), DIALECT)
    with pytest.raises(TypeError, match="legal date"):
        LegalDate().process_bind_param(datetime(2026, 11, 24, 12, tzinfo=UTC), DIALECT)


@given(st.dates())
def test_a_legal_date_comes_back_as_it_was(day: date) -> None:
    kind = LegalDate()
    assert kind.process_result_value(kind.process_bind_param(day, DIALECT), DIALECT) == day


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_plain_data_comes_back_as_it_was(value: object) -> None:
    kind = JsonText()
    assert kind.process_result_value(kind.process_bind_param(value, DIALECT), DIALECT) == value


def test_plain_data_is_written_one_way_only() -> None:
    written = JsonText().process_bind_param({"b": "Łukasz", "a": [1, True]}, DIALECT)
    assert written == '{"a":[1,true],"b":"Łukasz"}'
    assert [Flag().process_bind_param(one, DIALECT) for one in (True, False, None)] == [1, 0, None]


def test_public_ids_are_of_version_7_unique_and_in_order() -> None:
    made = [new_uid() for _ in range(500)]
    assert {UUID(one).version for one in made} == {7}
    assert len(set(made)) == 500
    assert [one[:8] for one in made] == sorted(one[:8] for one in made)
