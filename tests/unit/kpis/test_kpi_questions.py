"""The worked examples of the catalogue: surveys, recycling, inventory, and what a question may ask."""

from decimal import Decimal

import pytest

from syncer.errors import ConfigError
from syncer.funnel.facts import FunnelStage
from syncer.kpis.asked.ports import (
    AmountCount,
    AnswerCount,
    DealRow,
    Labels,
    Milestone,
    Reentry,
    StageCount,
    Unit,
)
from syncer.kpis.measure import measure
from syncer.kpis.result import Basis, Status
from tests.unit.kpis.counts import LOST, OPEN, OTHER, WON, cycle, deal, percent, rows
from tests.unit.kpis.fakes import Given
from tests.unit.kpis.ledger import at, question


def votes(*values, survey="wave"):
    return [AnswerCount((), None, survey, value, 1) for value in values]


def test_k26_example():
    found = rows(Given(votes=votes(10, 9, 8, 7, 6, 0, 10, 3, 9, 5)), "K26")
    counts = [found[f"K26.{name}"].value for name in ("promoters", "passives", "detractors")]
    assert (found["K26"].value, counts, found["K26"].status) == (0, [4, 2, 4], Status.SMALL_N)


def test_nps_scales_share_their_buckets_and_never_one_figure():
    given = Given(votes=[*votes(*[9] * 5), *votes(*[1] * 5, survey="old")])
    assert rows(given, "K26")["K26"].value == 0
    mixed, *apart = measure(given, question(nps_scales={"old": "1-10"}), ["K26"])[:3]
    assert (mixed.value, mixed.status, mixed.notes["scales"]) == (None, Status.UNDEFINED, ["0-10", "1-10"])
    assert [(row.segment, row.value, row.n) for row in apart] == [
        ({"scale": "0-10"}, 100, 5),
        ({"scale": "1-10"}, -100, 5),
    ]


def test_nps_answers_off_their_scale_are_counted_out():
    given = Given(votes=votes(11, -1, None, 0, 10, 10, 10, 10, 10))
    standard = rows(given, "K26")["K26"]
    assert (standard.n, standard.excluded) == (6, {"no_value": 1, "off_scale": 2})
    from_one = rows(given, "K26", nps_scales={"wave": "1-10"})["K26"]
    assert (from_one.n, from_one.excluded) == (5, {"no_value": 1, "off_scale": 3})


def test_nps_answers_of_test_records_are_counted_by_their_reason():
    given = Given(votes=[*votes(*[10] * 5), AnswerCount((), "test", "wave", 0, 2)])
    found = rows(given, "K26")["K26"]
    assert (found.value, found.n, found.excluded) == (100, 5, {"test": 2})


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
        amounts=[
            AmountCount(("7",), None, "EUR", None, Decimal(5), 1),
            AmountCount((None,), None, "EUR", None, Decimal(6), 1),
        ],
        names=Labels(owners={"7": "Darcel Schlecht"}, pipelines={}, currency="EUR"),
    )
    first, last = measure(given, question(by=("owner",)), ["K31.sum"])
    assert (first.segment, first.notes["labels"]) == ({"owner": "7"}, {"owner": "Darcel Schlecht"})
    assert last.segment == {"owner": None}


def test_a_split_that_a_kpi_has_not_is_refused_with_those_it_has():
    with pytest.raises(ConfigError, match=r"pipeline.*source"):
        measure(Given(), question(by=("pipeline",)), ["K06"])


def test_a_split_that_no_kpi_has_is_refused_even_where_every_kpi_is_asked_for():
    with pytest.raises(ConfigError) as refused:
        measure(Given(), question(by=("shoe_size", "source", "mood")))
    assert [problem.message for problem in refused.value.problems] == [
        "no KPI can be split by 'shoe_size'",
        "no KPI can be split by 'mood'",
    ]
    assert "source" in (refused.value.problems[0].hint or "")


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


def test_k01_counts_deals_by_their_own_evidence_and_leaves_out_what_does_not_count():
    open_deals = [
        deal("A", 100, "COMMIT", 0.9),
        deal("B", 200, "PIPELINE", 0.2, offer_at=at("2026-10-01")),
        deal("C", None, None, None),
        DealRow((), "renewal", deal("D", 999, None, None).span),
    ]
    found = measure(Given(rows={OPEN: open_deals}), question(), ["K01.deals", "K01.value"])
    assert [(row.id, row.segment["stage"], row.value) for row in found] == [
        ("K01.deals", "LEAD_DEAL", 1),
        ("K01.deals", "OPPORTUNITY", 1),
        ("K01.deals", "FORECAST", 1),
        ("K01.value", "LEAD_DEAL", None),
        ("K01.value", "OPPORTUNITY", 200),
        ("K01.value", "FORECAST", 100),
    ]
    assert found[0].excluded == {"renewal": 1}
    assert found[3].excluded == {"no_amount": 1, "renewal": 1}


def test_k01_shows_companies_only_by_what_a_company_has_of_its_own():
    standing = {unit: [StageCount(("it",), FunnelStage.TAM, 1)] for unit in Unit}
    by_industry, by_source = (
        {row.id for row in measure(Given(standing=standing), question(by=(dim,)), ["K01"])}
        for dim in ("industry", "source")
    )
    assert "K01.companies" in by_industry
    assert "K01.companies" not in by_source


def test_parked_deals_that_do_not_count_are_counted_by_reason():
    parked = [DealRow((), "renewal", deal("A", 1, None, None, resume_at=at("2027-01-10")).span)]
    [row] = measure(Given(rows={OTHER: parked}), question(), ["K27.value_parked"])
    assert (row.value, row.excluded) == (0, {"renewal": 1})
