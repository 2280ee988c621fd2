"""Writes a test's ledger to the tables of one database a module, and takes it back after the test."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal

import psycopg
import pytest
from msgspec import structs
from sqlalchemy import Connection, Table, insert

from syncer.store import Store, open_store, tables
from syncer.store.measures.measures import Measures
from tests.unit.kpis.ledger import ACCOUNT, EARLY, DealRecord, Ledger


@contextmanager
def new_store(request: pytest.FixtureRequest, name: str) -> Iterator[Store]:
    """A database with tables on the engine that the fixture's parameter names."""
    if request.param == "sqlite":
        folder = request.getfixturevalue("tmp_path_factory").mktemp(name)
        url = f"sqlite:///{folder / 'syncer.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        url = server.replace("/postgres?", f"/{name}?")
    store = open_store(url)
    store.upgrade()
    yield store
    store.close()


@contextmanager
def measuring(store: Store, *ledgers: Ledger) -> Iterator[Measures]:
    """Measures over ledgers that are gone afterwards."""
    with store.commit() as unit, unit.connection.begin_nested() as savepoint:
        for ledger in ledgers:
            write(unit.connection, ledger)
        yield Measures(unit.connection)
        savepoint.rollback()


def write(connection: Connection, ledger: Ledger, recorded_at: int = EARLY) -> None:
    """Insert every row as known from `recorded_at` on."""
    stamp = {"account": ACCOUNT, "recorded_at": recorded_at, "superseded_at": None, "agreement": "1"}
    _insert(
        connection,
        tables.cycles,
        [
            structs.asdict(cycle) | stamp | {"contact_id": contact}
            for contact, cycles in ledger.cycles.items()
            for cycle in cycles
        ],
    )
    _insert(
        connection,
        tables.stage_events,
        [
            structs.asdict(event) | stamp | {"contact_id": contact, "evidence": "[]"}
            for contact, events in ledger.events.items()
            for event in events
        ],
    )
    _insert(
        connection,
        tables.deal_spans,
        [structs.asdict(one) | stamp | {"amount": _micros(one.amount)} for deal in ledger.deals for one in deal.spans],
    )
    _insert(connection, tables.deal_states, [_deal_state(deal) for deal in ledger.deals])
    _insert(connection, tables.contacts, [_mirrored(key, values) for key, values in ledger.contacts.items()])
    _insert(connection, tables.companies, [_mirrored(key, values) for key, values in ledger.companies.items()])
    _insert(
        connection,
        tables.owners,
        [{"account": ACCOUNT, "id": key, "archived": False} | dict(values) for key, values in ledger.owners.items()],
    )
    _insert(
        connection,
        tables.costs,
        [
            asdict(line)
            | {"account": ACCOUNT, "amount": _micros(line.amount), "fingerprint": 0, "recorded_at": recorded_at}
            for line in ledger.costs
        ],
    )
    _insert(
        connection,
        tables.answers,
        [
            asdict(answer) | {"account": ACCOUNT, "fingerprint": 0, "recorded_at": recorded_at}
            for answer in ledger.answers
        ],
    )
    _insert(
        connection,
        tables.contact_states,
        [state_row(contact, stage="OUT", flags=flags) for contact, flags in ledger.out_states.items()],
    )

    for name, row in ledger.further:
        _insert(
            connection, tables.metadata.tables[name], [{"account": ACCOUNT, "recorded_at": recorded_at} | dict(row)]
        )


def _micros(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 1_000_000)


def _mirrored(key: str, values: Mapping[str, object]) -> Mapping[str, object]:
    fixed = {"account": ACCOUNT, "id": key, "fields": "{}", "held": "{}", "gist": 0, "fingerprint": 0, "recorded_at": 1}
    return fixed | {"opted_out": False, "bounced": False} | dict(values)


def _deal_state(deal: DealRecord) -> Mapping[str, object]:
    return {
        "account": ACCOUNT,
        "deal_id": deal.deal_id,
        "created_at": deal.created_at,
        "primary_contact_id": deal.contact_id,
        "contact_ids": "[]",
        "company_id": deal.company_id,
        "owner_id": deal.owner_id,
        "deal_type": deal.deal_type,
        "source": deal.source,
        "flags": "[]",
        "agreement": "1",
        "changed_at": 1,
    }


def state_row(contact: str, **values: object) -> Mapping[str, object]:
    """What is decided of a contact now."""
    base = {
        "account": ACCOUNT,
        "contact_id": contact,
        "stage": "TAM",
        "cycle_no": 0,
        "relationship": "prospect",
        "outcome": "open",
        "fit": 0.0,
        "engagement": 0.0,
        "grade": "D",
        "level": 4,
        "cell": "D4",
        "action": "out",
        "priority": 0,
        "completeness": 0.0,
        "basis": "none",
        "flags": "[]",
        "agreement": "1",
        "changed_at": 1,
    }
    return base | values


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if not rows:
        return
    every = {column.name: None for column in table.columns}
    known = [every | {key: value for key, value in row.items() if key in every} for row in rows]
    connection.execute(insert(table), known)
