"""Points in two decimals: who adds up what is shown comes to the score that is shown."""

from math import fsum

from hypothesis import given
from hypothesis import strategies as st

from jobs.wording.points import counted_lines
from syncer.scoring.rounding import half_up


def line(points: float, rule_id: str = "E1", axis: str = "engagement") -> dict[str, object]:
    return {"rule_id": rule_id, "label": rule_id, "axis": axis, "raw": points, "after_cap": points}


def test_what_rounding_each_line_loses_stands_in_the_line_of_rounding():
    found = counted_lines([line(18.1949), line(13.7649), line(7.4449), line(0.0053, "rounding")])
    assert [(one.label, one.counted) for one in found] == [
        ("E1", 18.19),
        ("E1", 13.76),
        ("E1", 7.44),
        ("rounding", 0.02),
    ]


def test_a_rounding_of_nothing_is_no_line():
    assert [one.label for one in counted_lines([line(40.0), line(-0.0000001, "rounding")])] == ["E1"]


def test_each_axis_has_its_own_sum():
    found = counted_lines([line(20.0, axis="fit"), line(1.234), line(-0.004, "rounding")])
    assert [one.counted for one in found] == [20.0, 1.23]


@given(st.lists(st.floats(-60, 60), min_size=1, max_size=9))
def test_shown_lines_sum_to_the_shown_score(points: list[float]):
    score = half_up(fsum(points))
    rest = fsum([score, *(-one for one in points)])
    found = counted_lines([*map(line, points), line(rest, "rounding")])
    assert half_up(fsum(one.counted for one in found)) == score
