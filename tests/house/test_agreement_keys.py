"""No key of the agreement is without effect: what both teams sign is read by what decides, not only checked.

An access is told by its name: a key whose name other values carry too (`id`, `to`, `by`) would not be missed here.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from syncer.agreement.model import Agreement
from syncer.funnel.facts import FunnelStage

_ROOT = Path(__file__).parents[2]
#: What reads the agreement only to check, compare, draft or sign it.
_NO_EFFECT = {
    "check.py",
    "check_rules.py",
    "diff.py",
    "drafting.py",
    "sign.py",
    "structure.py",
    "splicing.py",
    "load.py",
}
#: Keys that are kept with the file for people, or tried whenever it is read; docs/agreement.md says so of each.
_FOR_PEOPLE = {
    "ClosedOther.version": "Its own number, for the record.",
    "ScoreModel.approved_by": "Who agreed to the points, for the record.",
    "ApprovedBy.marketing": "Who agreed to the points, for the record.",
    "ApprovedBy.sales": "Who agreed to the points, for the record.",
    "Agreement.reason_tests": "checked whenever the file is read.",
}
#: Sections that are read key by key, by the name of a stage or of what a property holds.
_BY_NAME = {"LifecycleMap", "ContactProperties", "CompanyProperties", "DealProperties"}


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _sections(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    if model in seen:
        return
    seen.add(model)
    yield model
    for field in model.model_fields.values():
        for part in (field.annotation, *field.metadata):
            for below in _models(part):
                yield from _sections(below, seen)


def _keys() -> list[str]:
    return [
        f"{section.__name__}.{name}"
        for section in _sections(Agreement, set())
        for name in section.model_fields
        if name != "root"
    ]


@cache
def _read_names() -> frozenset[str]:
    """Return every attribute that product code reads."""
    files = [file for top in ("syncer", "jobs", "mappings") for file in (_ROOT / top).rglob("*.py")]
    read = [file for file in files if not (file.parent.name == "agreement" and file.name in _NO_EFFECT)]
    loads = (one for one in _nodes(read) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load))
    return frozenset(one.attr for one in loads)


@cache
def _said_names() -> frozenset[str]:
    """Return every text that the write-back decides by, and every stage as its map names it."""
    nodes = _nodes((_ROOT / "syncer" / "writeback").rglob("*.py"))
    texts = {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return frozenset(texts | {stage.value.lower() for stage in FunnelStage})


def _nodes(files: Iterable[Path]) -> Iterator[ast.AST]:
    for file in files:
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def test_the_model_is_walked_to_its_leaves() -> None:
    keys = _keys()
    assert {"Agreement.closed_other", "Propose.auto_apply_after_grace", "Attempts.min_attempts"} <= set(keys)
    assert len(keys) > 120


@pytest.mark.parametrize("key", _keys())
def test_a_key_is_read_by_something_that_acts_on_it(key: str) -> None:
    section, _, name = key.partition(".")
    known = _read_names() | _said_names() if section in _BY_NAME else _read_names()
    assert name in known or key in _FOR_PEOPLE


@pytest.mark.parametrize(("key", "said"), _FOR_PEOPLE.items())
def test_a_key_that_is_for_people_says_so(key: str, said: str) -> None:
    assert key in _keys()
    assert said in (_ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")
