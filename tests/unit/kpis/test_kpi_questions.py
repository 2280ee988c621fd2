"""The worked examples of the catalogue: surveys, recycling, inventory, and what a question may ask."""

from decimal import Decimal

import pytest

from syncer.errors import ConfigError
from syncer.funnel.facts import FunnelStage
from syncer.kpis.measure import measure
from syncer.kpis.ports import (
    AmountCount,
    AnswerCount,
    Labels,
    Milestone,
    Reentry,
    StageCount,
    Unit,
)
from syncer.kpis.result import Basis, Status
from tests.unit.kpis.counts import LOST, OPEN, OTHER, WON, cycle, deal, percent, rows
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import at, question


def votes(*values, survey="wave"):
    return [AnswerCount((), survey, value, 1) for value in values]


def test_k26_example():
    found = rows(Given(votes=votes(10, 9, 8, 7, 6, 0, 10, 3, 9, 5)), "K26")
    counts = [found[f"K26.{name}"].value for name in ("promoters", "passives", "detractors")]
    assert (found["K26"].value, counts, found["K26"].status) == (0, [4, 2, 4], Status.SMALL_N)


def test_nps_scales_share_their_buckets_and_never_one_figure():
    given = Given(votes=[*votes(*[9] * 5), *votes(*[1] * 5, survey="old")])
    assert rows(given, "K26")["K26"].value == 0
    mixed = rows(given, "K26", nps_scales={"old": "1-10"})["K26"]
    assert (mixed.value, mixed.status, mixed.notes["scales"]) == (None, Status.UNDEFINED, ["0-10", "1-10"])


def test_nps_answers_off_their_scale_are_counted_out():
    given = Given(votes=votes(11, -1, None, 0, 10, 10, 10, 10, 10))
    standard = rows(given, "K26")["K26"]
    assert (standard.n, standard.excluded) == (6, {"no_value": 1, "off_scale": 2})
    from_one = rows(given, "K26", nps_scales={"wave": "1-10"})["K26"]
    assert (from_one.n, from_one.excluded) == (5, {"no_value": 1, "off_scale": 3})


def test_k27_share_closed_other():
    given = Given(by_entry={Milestone.ENDED: [cycle(OTHER, 12), cycle(WON, 10), cycle(LOST, 18)]})
    assert percent(rows(given, "K27")["K27"]) == (30.0, 18.1, 45.4)


def test_k27_reentry_within_180_days():
    given = Given(
        again=[Reentry((), 60, WON, 2), Reentry((), 90, OPEN, 3), Reentry((), 200, LOST, 1), Reentry((), 300, None, 6)]
    )
    found = rows(given, "K27")
    assert percent(found["K27.reentry"]) == (41.7, 19.3, 68.0)
    assert found["K27.reentry"].notes["open"] == 0
    assert (found["K27.reentry_won"].k, found["K27.reentry_won"].n) == (2, 6)


def test_k27_value_parked_by_the_quarter_of_its_resume_date():
    parked = [
        deal("A", 100, None, None, resume_at=at("2027-01-10")),
        deal("B", 200, None, None, resume_at=at("2027-02-10")),
        deal("C", 400, None, None, resume_at=at("2027-05-10")),
        deal("D", 800, None, None),
    ]
    found = measure(Given(rows={OTHER: parked}), question(), ["K27.value_parked"])
    assert [(row.segment.get("resume_quarter"), row.value) for row in found] == [
        (None, 700),
        ("2027Q1", 300),
        ("2027Q2", 400),
    ]
    assert found[0].excluded == {"no_resume_date": 1}


def test_k01_shows_every_stage_and_counts_out_as_excluded():
    given = Given(standing={Unit.CONTACTS: [StageCount((), FunnelStage.TAM, 4), StageCount((), FunnelStage.OUT, 3)]})
    found = {row.segment["stage"]: row for row in measure(given, question(), ["K01"]) if row.id == "K01"}
    assert (found["TAM"].value, found["INQUIRY"].value, found["TAM"].excluded) == (4, 0, {"out": 3})
    assert "OUT" not in found


def test_owner_names_stand_beside_their_ids():
    given = Given(
        amounts=[AmountCount(("7",), None, "EUR", Decimal(5), 1), AmountCount((None,), None, "EUR", Decimal(6), 1)],
        names=Labels(owners={"7": "Darcel Schlecht"}, pipelines={}, currency="EUR"),
    )
    first, last = measure(given, question(by=("owner",)), ["K31.sum"])
    assert (first.segment, first.notes["labels"]) == ({"owner": "7"}, {"owner": "Darcel Schlecht"})
    assert last.segment == {"owner": None}


def test_a_split_that_a_kpi_has_not_is_refused_with_those_it_has():
    with pytest.raises(ConfigError, match=r"pipeline.*source"):
        measure(Given(), question(by=("pipeline",)), ["K06"])


def test_a_basis_that_a_kpi_has_not_is_refused():
    with pytest.raises(ConfigError, match=r"basis.*cohort"):
        measure(Given(), question(basis=Basis.PERIOD), ["K06"])


def test_every_unknown_id_is_named():
    with pytest.raises(ConfigError) as caught:
        measure(Given(), question(), ["K99", "K10.nothing", "K06"])
    assert len(caught.value.problems) == 2
    assert "K10.broad" in str(caught.value)


def test_asked_for_everything_kpis_without_the_split_are_left_out():
    found = {row.id for row in measure(Given(), question(by=("pipeline",)))}
    assert "K06" not in found


def test_names_are_in_the_language_asked_for():
    assert rows(Given(), "K10", lang="de")["K10"].name == "Abschlussquote, eng"
    with pytest.raises(ConfigError, match="language"):
        measure(Given(), question(lang="fr"), ["K10"])
