"""Column types of every table. Moments and money are 64-bit integers, ids sort by code point, on both databases."""

from typing import Annotated

from sqlalchemy import TEXT, BigInteger, Table, Text
from sqlmodel import Field, SQLModel

#: PostgreSQL would sort by its locale; SQLite and Python sort by code point.
ID = Text().with_variant(TEXT(collation="C"), "postgresql")

#: A table that SQLite keeps in the order of its primary key, without a second copy. PostgreSQL ignores it.
CLUSTERED = {"sqlite_with_rowid": False}

Key = Annotated[str, Field(primary_key=True, sa_type=ID)]
NumberKey = Annotated[int, Field(primary_key=True, sa_type=BigInteger)]
Ref = Annotated[str | None, Field(sa_type=ID)]
#: Milliseconds, micro-units of money, digests.
Number = Annotated[int, Field(sa_type=BigInteger)]
MaybeNumber = Annotated[int | None, Field(sa_type=BigInteger)]


def table(model: type[SQLModel]) -> Table:
    """Return the Core table behind a model: bulk writes and KPIs speak Core."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
