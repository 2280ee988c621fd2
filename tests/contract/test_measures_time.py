"""Business time in SQL is that of Python, on both databases."""

from itertools import product

import pytest
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, insert, select

from syncer.kpis.periods import Calendar
from syncer.moments import DAY, HOUR
from syncer.store.measures.time import local_day, local_hour
from tests.unit.kpis.ledger import at
from tests.unit.kpis.ledger_rows import new_store

#: Berlin differs by an hour, St. John's by halves, Apia left out a day, and UTC never changes.
ZONES = ("Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request):
    with new_store(request, "measures_time") as found:
        yield found


def moments(zone):
    steps = [start for start, _ in Calendar(zone=zone).offsets()]
    midnights = [at(day, 0, zone) for day in ("1970-01-01", "2011-12-31", "2026-03-29", "2026-10-25")]
    near = product([*steps, *midnights], (-HOUR, -1, 0, 1, HOUR - 1, HOUR, DAY - 1))
    return sorted({edge + shift for edge, shift in near if edge + shift >= steps[0]})


def told(store, zone, expression):
    table = Table("moments", MetaData(), Column("place", Integer), Column("at", BigInteger), prefixes=["TEMPORARY"])
    rows = [{"place": place, "at": one} for place, one in enumerate([*moments(zone), None])]
    with store.rehearsal() as unit:
        table.create(unit.connection)
        unit.connection.execute(insert(table), rows)
        query = select(expression(table.c.at, Calendar(zone=zone))).order_by(table.c.place)
        return list(unit.connection.execute(query).scalars())


@pytest.mark.parametrize("zone", ZONES)
def test_the_local_day_of_any_moment_is_that_of_its_zone(store, zone):
    calendar = Calendar(zone=zone)
    assert told(store, zone, local_day) == [*(calendar.day_number(one) for one in moments(zone)), None]


@pytest.mark.parametrize("zone", ZONES)
def test_the_local_hour_of_any_moment_is_that_of_its_zone(store, zone):
    steps = Calendar(zone=zone).offsets()
    expected = []
    for one in moments(zone):
        offset = next((offset for start, offset in reversed(steps) if start <= one), steps[0][1])
        expected.append((one + offset) % DAY // HOUR)
    assert told(store, zone, local_hour) == [*expected, None]
