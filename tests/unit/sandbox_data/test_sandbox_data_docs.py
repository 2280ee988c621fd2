"""What docs/sandbox-data.md shows works as it says."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.csv_portal import load_csv_portal
from connectors.sandbox.csv_portal.spec import (
    AccountSpec,
    CellSpec,
    LinkSpec,
    ObjectSpec,
    PortalSpec,
    StepSpec,
    TableSpec,
)
from connectors.sandbox.csv_portal.values import FILTERS
from connectors.sandbox.generate.broken import Fault

TEXT = (Path(__file__).parents[3] / "docs/sandbox-data.md").read_text(encoding="utf-8")


@pytest.fixture
def lines(tmp_path: Path) -> list[dict[str, Any]]:
    for name, content in re.findall(r"`([a-z.]+)`:\n\n```\w+\n(.*?)```", TEXT, re.DOTALL):
        (tmp_path / name).write_text(content, encoding="utf-8")
    return list(load_csv_portal(tmp_path / "portal.yaml"))


def test_the_worked_example_makes_the_portal_it_promises(lines: list[dict[str, Any]]) -> None:
    assert Counter(line["type"] for line in lines) == {
        "account": 1,
        "pipelines": 1,
        "owners": 2,
        "companies": 2,
        "contacts": 2,
        "deals": 4,
    }
    won, _lost, _open, idea = (line for line in lines if line["type"] == "deals")
    assert [version["timestamp"][:10] for version in won["history"]["dealstage"]] == ["2026-04-20", "2026-03-02"]
    assert won["properties"]["amount"] == "12500.00"
    assert idea["createdAt"][:10] == "2026-03-02"
    assert idea["associations"] == []


@pytest.mark.parametrize("model", [AccountSpec, CellSpec, LinkSpec, ObjectSpec, PortalSpec, StepSpec, TableSpec])
def test_every_key_of_the_spec_is_documented(model: Any) -> None:
    names = {field.alias or name for name, field in model.model_fields.items()}
    assert [name for name in sorted(names) if f"`{name}`" not in TEXT] == []


def test_every_filter_and_fault_is_documented() -> None:
    assert [name for name in (*FILTERS, *Fault) if f"`{name}`" not in TEXT] == []
