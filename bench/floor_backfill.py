"""The floor of a backfill: read the same pages with httpx, decode them, bulk-upsert the same rows. Nothing else.

Run as `python -m bench.floor_backfill ADDRESS DATABASE STATEMENT_FILE`: the database has Syncer's empty tables, the
file the statement that upserts a row of `contacts`.
"""

import asyncio
import sqlite3
import sys
from pathlib import Path

import httpx
import msgspec

_ASKED = (
    "email,firstname,lastname,associatedcompanyid,hubspot_owner_id,lifecyclestage,hs_lead_status,hs_analytics_source,"
    "hs_analytics_source_data_1,country,hs_email_optout,createdate,lastmodifieddate,jobtitle,hs_seniority,department"
)
_TEXTS = (
    "firstname",
    "lastname",
    "associatedcompanyid",
    "hubspot_owner_id",
    "lifecyclestage",
    "hs_lead_status",
    "hs_analytics_source",
    "hs_analytics_source_data_1",
    "country",
)


class Record(msgspec.Struct):
    """One record of a page."""

    id: str
    properties: dict[str, str | None]


class Next(msgspec.Struct):
    """Where the next page starts."""

    after: str


class Paging(msgspec.Struct):
    """Whether there is a next page."""

    next: Next | None = None


class Page(msgspec.Struct):
    """One page."""

    results: list[Record]
    paging: Paging | None = None


def row(record: Record) -> tuple[object, ...]:
    """Return a row of Syncer's contacts table, values as they come."""
    value = record.properties.get
    fields = msgspec.json.encode({name: value(name) for name in ("jobtitle", "hs_seniority", "department")}).decode()
    email, number = value("email"), int(record.id)
    texts = (value(name) for name in _TEXTS)
    return ("a", record.id, email, email, *texts, 0, 0, 1, 1, None, None, "[]", fields, "{}", number, number, 1)


async def backfill(address: str, database: str, statement: str) -> None:
    """Read every page, ask for the links of every thousand records, keep the rows."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA synchronous=NORMAL")
    decoder = msgspec.json.Decoder(Page)
    after: str | None = None
    waiting: list[Record] = []
    async with httpx.AsyncClient(base_url=address) as client:
        while True:
            params = {"limit": "100", "properties": _ASKED} | ({"after": after} if after else {})
            answer = await client.get("/crm/objects/2026-09/contacts", params=params)
            page = decoder.decode(answer.content)
            waiting += page.results
            after = page.paging.next.after if page.paging and page.paging.next else None
            if len(waiting) >= 1000 or after is None:
                body = {"inputs": [{"id": record.id} for record in waiting]}
                links = await client.post("/crm/associations/2026-09/contacts/companies/batch/read", json=body)
                msgspec.json.decode(links.content)
                with connection:
                    connection.executemany(statement, [row(record) for record in waiting])
                waiting = []
            if after is None:
                return


if __name__ == "__main__":
    asyncio.run(backfill(sys.argv[1], sys.argv[2], Path(sys.argv[3]).read_text(encoding="utf-8")))
