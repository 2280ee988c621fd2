"""Figures on a terminal: each is named once, its segments stand below it, and what is still open moves its rate."""

import pytest

from jobs.cli.kpi_output import print_kpis
from syncer.kpis.result import Kpi, Status


def kpi(stage: str | None = None, **changes) -> Kpi:
    fields = {
        "id": "K02",
        "name": "Rate",
        "basis": "cohort",
        "period": "all",
        "as_of": "2026-11-24",
        "segment": {"from": stage} if stage else {},
        "value": 0.25,
        "n": 8,
        "k": 2,
        "lo": 0.072,
        "hi": 0.5907,
        "unit": "ratio",
    }
    return Kpi(**{**fields, **changes})


@pytest.fixture
def lines(capsys, monkeypatch):
    """Return what is printed of rows on a terminal of so many columns, line by line without frames and blanks."""

    def printed(*rows: Kpi, columns: int = 120) -> list[str]:
        monkeypatch.setenv("TTY_COMPATIBLE", "1")
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "dumb")
        monkeypatch.setenv("COLUMNS", str(columns))
        print_kpis(rows, "en")
        told = (line.rstrip() for line in capsys.readouterr().out.splitlines())
        return [line[1:] for line in told if line.strip() and "─" not in line][1:]

    return printed


def test_a_figure_is_named_once_and_its_segments_stand_below_it(lines):
    told = lines(kpi(), kpi("MQL"), kpi("SUSPECT"), kpi("MQL", id="K06", name="Other"))
    assert [line.split("  ")[0] or line.strip().split("  ")[0] for line in told] == [
        "K02 Rate · all (cohort)",
        "from MQL",
        "from SUSPECT",
        "K06 Other · all (cohort)",
        "from MQL",
    ]
    assert told[0].endswith("7.2% – 59.1%   8")


def test_one_figure_over_two_periods_is_named_for_each(lines):
    told = lines(kpi(period="2026Q3"), kpi(period="2026Q4", basis="period"))
    assert [line.split("  ")[0] for line in told] == ["K02 Rate · 2026Q3 (cohort)", "K02 Rate · 2026Q4 (period)"]


def test_what_all_rows_leave_out_is_said_once_and_else_below_each(lines):
    alike = lines(kpi("MQL", excluded={"no_date": 3}), kpi("SUSPECT", excluded={"no_date": 3}))
    assert [line for line in alike if "left out" in line] == [alike[-1]]
    apart = lines(kpi("MQL", excluded={"no_date": 3}), kpi("SUSPECT", excluded={"no_date": 4}))
    assert [apart.index(line) for line in apart if "left out" in line] == [2, 4]


def test_what_open_cases_may_still_do_to_a_rate_is_said(lines):
    told = lines(kpi(notes={"open": 4, "lower": 0.25, "upper": 0.75}, status=Status.IMMATURE))
    assert told[0].endswith("immature")
    assert told[1].strip() == "4 open: 25.0% – 75.0%"
    assert len(lines(kpi(notes={"open": 0, "lower": 0.25, "upper": 0.25}))) == 1


@pytest.mark.parametrize("columns", [80, 100, 132, 400])
def test_it_stays_a_table_on_every_usual_terminal(lines, columns):
    row = kpi("LEAD_SAL", value=1234567.89, lo=1000000, hi=2000000, unit="EUR", excluded={"no_date": 1200})
    told = lines(row, columns=columns)
    assert max(map(len, told)) < min(columns, 133)
    assert "1,234,567.89 EUR" in " ".join(told)
    assert not [line for line in told if "value:" in line.lower()]
