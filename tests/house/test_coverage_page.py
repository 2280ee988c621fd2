"""The page about HubSpot's facts names tests that exist and leaves no fact without a test or a reason."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/hubspot-coverage.md"
STATES = {"shown", "no concern", "not built", "wrong today"}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_COLUMNS = 4


def _cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _rows():
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [_cells(line) for line in lines if not line.startswith(("|---", "| Fact |"))]


def _tests(file):
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module(body=[], type_ignores=[])
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_row_says_fact_state_deed_and_proof():
    rows = _rows()
    assert rows
    assert [row for row in rows if len(row) != _COLUMNS or not all(row) or row[1] not in STATES] == []


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_a_fact_that_is_shown_names_its_tests_and_any_other_its_reason(row):
    named = NAMED.findall(row[-1])
    reason = NAMED.sub("", row[-1]).strip(" ·")
    assert named if row[1] == "shown" else reason
    assert not (row[1] == "shown" and reason), "a fact is shown by tests alone"


def test_every_test_that_the_page_names_exists():
    named = set(NAMED.findall(PAGE.read_text(encoding="utf-8")))
    known = {file: _tests(file) for file, _ in named}
    assert {f"{file}::{name}" for file, name in named if name not in known[file]} == set()
    assert len(named) == len(set(re.findall(r"tests/[^`]+::[^`]+", PAGE.read_text(encoding="utf-8"))))
