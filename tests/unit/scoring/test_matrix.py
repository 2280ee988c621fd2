import pytest

from syncer.scoring import Fit
from syncer.scoring.matrix import priority_of
from tests.unit.scoring.models import scorer

SCORER = scorer()


def fit(points, grade):
    return Fit(points, grade, 1.0, (), ())


@pytest.mark.parametrize(
    ("known", "engagement", "expected"),
    [
        (fit(90.0, "A"), 24.86, ("A3", "mql", 3925)),
        (fit(80.0, "A"), 51.99, ("A2", "sales_ready", 4852)),
        (fit(60.0, "B"), 60.0, ("B1", "sales_ready", 4660)),
        (fit(60.0, "B"), 59.99, ("B2", "mql", 3660)),
        (fit(30.0, "C"), 0.0, ("C4", "suspect", 1300)),
        (fit(10.5, "D"), 100.0, ("D1", "inquiry", 2205)),
    ],
)
def test_cell_action_and_priority_follow_from_both_axes(known, engagement, expected):
    score = SCORER.score(known, engagement)
    cell = score.cell
    assert (cell, score.action, score.priority) == expected
    assert score.level == int(cell[1])
    assert SCORER.cell(known.grade, engagement) == cell


def test_without_consent_only_fit_counts():
    score = SCORER.score(fit(80.0, "A"), 51.99, "fit_only")
    assert (score.fit, score.engagement, score.cell, score.basis) == (80.0, 0.0, "A4", "fit_only")


def test_after_an_objection_nothing_is_scored():
    score = SCORER.score(fit(80.0, "A"), 51.99, "none")
    assert (score.fit, score.engagement, score.priority, score.action) == (0.0, 0.0, 0, "out")
    assert score.cell == "D4"
    assert score.completeness == 0.0


@pytest.mark.parametrize(
    ("action", "priority"), [("sales_ready", 4852), ("mql", 3852), ("inquiry", 2852), ("suspect", 1852), ("out", 852)]
)
def test_the_number_to_sort_by_is_led_by_the_action_then_fit_then_engagement(action, priority):
    assert priority_of(action, 80.0, 51.99) == priority
