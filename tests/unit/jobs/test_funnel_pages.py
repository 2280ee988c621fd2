"""What pages of figures draw and say: the strip, the waterfall, cells of tables."""

import pytest

from jobs.figures.strip import funnel_strip
from jobs.web.figure_rows import Figures, shown
from jobs.web.trend import by_quarter, by_rep, trend_chart
from jobs.web.waterfall import waterfall_chart

_EMPTY = {"k": None, "n": None, "lo": None, "hi": None, "notes": {}, "excluded": {}, "status": "mature", "unit": "EUR"}


def row(id_, value, segment=None, **more):
    return {**_EMPTY, "id": id_, "value": value, "segment": segment or {}, **more}


def test_the_strip_holds_volume_conversion_with_bounds_time_and_value():
    rows = [
        row("K01", 3, {"stage": "OPPORTUNITY"}),
        row("K01", 2, {"stage": "FORECAST"}),
        row("K01.value", 100.0, {"stage": "OPPORTUNITY"}),
        row("K01.value", 50.5, {"stage": "FORECAST"}),
        row("K02", 0.4, {"from": "OPPORTUNITY"}, n=10, lo=0.2, hi=0.7, notes={"lower": 0.4, "upper": 0.6}),
        row("K15", 12, {"stage": "OPPORTUNITY"}),
        row("K15.p90", 90, {"stage": "OPPORTUNITY"}),
    ]
    found = {step.stage.value: step for step in funnel_strip(rows)}
    step = found["OPPORTUNITY"]
    assert (step.now, step.entered, step.onward, step.lo, step.hi) == (5, 10, 0.4, 0.2, 0.7)
    assert (step.lower, step.upper, step.days, step.value, step.currency) == (0.4, 0.6, 12, 150.5, "EUR")
    won = found["CLOSED_WON"]
    assert (won.now, won.entered, won.onward, won.lower, won.days, won.value) == (0, None, None, None, None, None)
    assert funnel_strip([]) == ()


@pytest.mark.parametrize(
    ("lang", "status"), [("en", "immature: 4 open: 25.0% – 75.0%"), ("de", "unreif: 4 offen: 25,0 % – 75,0 %")]
)
def test_a_page_of_figures_says_how_far_open_cases_may_move_a_rate(lang, status):
    notes = {"lower": 0.25, "upper": 0.75, "open": 4}
    rate = row("K06", 0.25, n=8, k=2, status="immature", unit="ratio", notes=notes, basis="cohort", period="2026Q2")
    assert shown(rate, lang)["status"] == status
    decided = {**rate, "status": "mature", "notes": {"lower": 0.25, "upper": 0.25, "open": 0}}
    assert ":" not in shown(decided, lang)["status"]


def flow(lang="en", **amounts):
    names = ("new", "pulled_in", "increased", "decreased", "pushed_out", "lost", "won", "other", "void")
    rows = [row("K23", amounts.pop("end", 0.0)), row("K23.start", amounts.pop("start", 0.0))]
    return Figures(rows=[*rows, *(row(f"K23.{name}", amounts.get(name, 0.0), n=1) for name in names)], lang=lang)


def test_bars_of_the_waterfall_hang_where_the_one_before_ended():
    chart = waterfall_chart(flow(start=100.0, new=60.0, lost=20.0, won=40.0, end=100.0))
    assert chart is not None
    bars = {bar.id: bar for bar in chart.bars}
    per_euro = (chart.ground - bars["K23.new"].drawn.y) / 160
    assert bars["K23.start"].drawn.height == pytest.approx(100 * per_euro, abs=0.2)
    assert bars["K23.new"].drawn.y + bars["K23.new"].drawn.height == pytest.approx(bars["K23.start"].drawn.y, abs=0.2)
    assert bars["K23.lost"].drawn.y == pytest.approx(bars["K23.new"].drawn.y, abs=0.2)
    assert bars["K23.won"].drawn.y == pytest.approx(bars["K23.lost"].drawn.y + bars["K23.lost"].drawn.height, abs=0.2)
    assert bars["K23"].drawn.y == pytest.approx(bars["K23.won"].drawn.y + bars["K23.won"].drawn.height, abs=0.2)
    assert [bars[id_].kind for id_ in ("K23.start", "K23.new", "K23.lost", "K23")] == ["total", "up", "down", "total"]


@pytest.mark.parametrize(
    ("amount", "lang", "said"),
    [
        (950.0, "en", "950"),
        (21_000.0, "de", "21,0 Tsd."),
        (2_450_000.0, "en", "2.5 M"),
        (-8_000.0, "de", "\N{MINUS SIGN}8,0 Tsd."),
    ],
)
def test_bars_say_money_in_short(amount, lang, said):
    chart = waterfall_chart(flow(lang, start=amount, end=amount))
    assert chart is not None
    assert chart.bars[0].short == said


def test_without_a_known_start_there_is_no_waterfall_and_an_empty_pipeline_divides_by_nothing():
    assert waterfall_chart(Figures(rows=[], lang="en")) is None
    assert waterfall_chart(flow(start=None)) is None
    assert waterfall_chart(flow()) is not None


def test_few_cases_are_marked_and_what_was_not_measured_is_a_dash():
    figures = Figures(rows=[row("K37", 0.5, unit="ratio", k=3, n=6, status="small_n", lo=0.1, hi=0.9)], lang="de")
    cell = figures.cell("K37")
    assert (cell.value, cell.interval, cell.n, cell.is_small) == ("50,0 %", "10,0 % – 90,0 %", "3 / 6", True)
    assert (figures.cell("K38").value, figures.cell("K38").is_small) == ("–", False)


def accuracy(period, value, row_id="K21", **segment):
    known = "undefined" if value is None else "mature"
    base = {"id": row_id, "period": period, "unit": "ratio", "value": value, "status": known, "segment": segment}
    return {**base, "n": 1, "k": None, "lo": None, "hi": None, "notes": {}, "basis": "snapshot"}


def test_accuracy_over_time_is_a_bar_a_quarter_and_a_table_of_all_quarters():
    rows = [
        accuracy("2026Q1", 0.5, age="quarter_start"),
        accuracy("2026Q1", 0.4, age="week_5"),
        accuracy("2026Q1", 0.2, "K24"),
        accuracy("2026Q2", 0.25, age="quarter_start"),
        accuracy("2026Q3", None, age="quarter_start"),
    ]
    figures = Figures(rows=rows, lang="en")
    chart = trend_chart(figures)
    assert [(bar.name, bar.short) for bar in chart.bars] == [("2026Q1", "50.0%"), ("2026Q2", "25.0%")]
    assert chart.bars[0].drawn.height == 2 * chart.bars[1].drawn.height
    assert [(one.name, [cell.value for cell in one.cells]) for one in by_quarter(figures)] == [
        ("2026Q1", ["50.0%", "40.0%", "–", "–", "–", "20.0%"]),
        ("2026Q2", ["25.0%", "–", "–", "–", "–", "–"]),
        ("2026Q3", ["–", "–", "–", "–", "–", "–"]),
    ]
    assert trend_chart(Figures(rows=rows[-1:], lang="en")) is None


def test_accuracy_rep_by_rep_names_each_rep_once():
    rows = [
        accuracy("2026Q1", value, owner=owner, age=age)
        for owner, value in (("7", 0.5), ("8", 0.1))
        for age in ("quarter_start", "week_5")
    ]
    found = by_rep(Figures(rows=[{**row, "notes": {"labels": {"owner": "Eva"}}} for row in rows], lang="en"))
    assert [one.cells[0].value for one in found] == ["50.0%", "10.0%"]
