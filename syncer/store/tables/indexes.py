"""Partial indexes: the same condition on both databases, said once."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import Column, Index, UnaryExpression, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.compiler import DDLCompiler

_WHERE = "where"


def partial(name: str, where: str, *columns: Column[Any] | UnaryExpression[Any]) -> Index:
    """Return an index of the rows for which a condition holds; it serves only these very words.

    SQLAlchemy's own keywords, one a database, would load everything about PostgreSQL where there is none.
    """
    return Index(name, *columns, info={_WHERE: where})


@compiles(CreateIndex)
def _create(element: CreateIndex, compiler: DDLCompiler, **options: object) -> str:
    create = cast("Callable[..., str]", compiler.visit_create_index)
    made = create(element, **options)
    where = element.element.info.get(_WHERE)
    return made if where is None else f"{made} WHERE {compiler.sql_compiler.process(text(where))}"
