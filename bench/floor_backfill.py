"""The floor of a backfill: read the same pages with httpx, decode them, bulk-upsert the same rows. Nothing else.

Run as `python -m bench.floor_backfill ADDRESS DATABASE`.
"""

import asyncio
import sqlite3
import sys

import httpx
import msgspec

_COLUMNS = (
    "email",
    "firstname",
    "lastname",
    "jobtitle",
    "hs_seniority",
    "department",
    "lifecyclestage",
    "hs_lead_status",
    "hubspot_owner_id",
    "hs_analytics_source",
    "hs_analytics_source_data_1",
    "country",
    "createdate",
    "lastmodifieddate",
)
_UPSERT = """
INSERT INTO contacts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET email=excluded.email, properties=excluded.properties
WHERE properties <> excluded.properties
"""


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


def row(record: Record) -> tuple[str | None, ...]:
    """Return the columns of one record and the rest as JSON."""
    value = record.properties.get
    return (record.id, *(value(name) for name in _COLUMNS), msgspec.json.encode(record.properties).decode())


async def backfill(address: str, database: str) -> None:
    """Read every page, ask for the links of every thousand records, keep the rows."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    columns = ", ".join(_COLUMNS)
    connection.execute(f"CREATE TABLE contacts (id TEXT PRIMARY KEY, {columns}, properties)")
    decoder = msgspec.json.Decoder(Page)
    after: str | None = None
    waiting: list[Record] = []
    async with httpx.AsyncClient(base_url=address) as client:
        while True:
            params = {"limit": "100", "properties": ",".join(_COLUMNS)} | ({"after": after} if after else {})
            answer = await client.get("/crm/objects/2026-09/contacts", params=params)
            page = decoder.decode(answer.content)
            waiting += page.results
            after = page.paging.next.after if page.paging and page.paging.next else None
            if len(waiting) >= 1000 or after is None:
                body = {"inputs": [{"id": record.id} for record in waiting]}
                links = await client.post("/crm/associations/2026-09/contacts/companies/batch/read", json=body)
                msgspec.json.decode(links.content)
                with connection:
                    connection.executemany(_UPSERT, [row(record) for record in waiting])
                waiting = []
            if after is None:
                return


if __name__ == "__main__":
    asyncio.run(backfill(sys.argv[1], sys.argv[2]))
