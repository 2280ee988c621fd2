import pytest

from syncer.funnel.facts import FunnelStage
from syncer.records import Kind
from syncer.writeback import PropertyType, can_hold, specs
from tests.unit.writeback.cases import RULES, rules

SPECS = specs(RULES, grades="ABCD", reasons=["timing", "budget_freeze"])
BY_NAME = {(spec.kind, spec.name): spec for spec in SPECS}


def test_every_property_of_the_design_is_there_and_the_crms_own_are_not():
    names = {kind: {spec.name for spec in SPECS if spec.kind is kind} for kind in Kind}
    assert names[Kind.CONTACT] == {
        "fn_stage",
        "fn_stage_since",
        "fn_fit",
        "fn_engagement",
        "fn_cell",
        "fn_priority",
        "fn_score_reasons",
        "fn_outcome",
        "fn_sales_ready_at",
        "fn_accepted_at",
        "fn_sla_due_at",
    }
    assert names[Kind.DEAL] == {"fn_outcome", "fn_other_reason", "fn_resume_at", "fn_offer_at"}
    assert names[Kind.COMPANY] == {"fn_stage", "fn_in_tam"}


def test_enumerations_offer_every_value_that_may_be_written():
    stages = [value for value, _ in BY_NAME[Kind.CONTACT, "fn_stage"].options]
    assert stages == [stage.value for stage in FunnelStage]
    assert [value for value, _ in BY_NAME[Kind.DEAL, "fn_outcome"].options] == ["open", "won", "lost", "other", "void"]
    assert len(BY_NAME[Kind.CONTACT, "fn_cell"].options) == 16
    assert [value for value, _ in BY_NAME[Kind.DEAL, "fn_other_reason"].options] == ["timing", "budget_freeze"]
    assert [value for value, _ in BY_NAME[Kind.COMPANY, "fn_in_tam"].options] == ["true", "false"]


def test_types_and_fields_go_together():
    kinds = {(spec.type.value, spec.field_type) for spec in SPECS}
    assert kinds == {
        ("number", "number"),
        ("string", "text"),
        ("datetime", "date"),
        ("enumeration", "select"),
        ("bool", "booleancheckbox"),
    }


def test_labels_speak_both_languages_and_fit_the_name_given():
    spec = BY_NAME[Kind.CONTACT, "fn_fit"]
    assert (spec.label.of("en"), spec.label.of("de")) == ("Fit score", "Fit-Punkte")
    own = specs(rules(contacts={"fit": "own_fit", "cell": None}), grades="ABCD", reasons=[])
    assert {spec.name for spec in own if spec.role in ("fit", "cell")} == {"own_fit"}


def test_figures_are_what_moves_with_time_alone():
    assert RULES.figures == {"fn_fit", "fn_engagement", "fn_priority", "fn_score_reasons"}
    assert RULES.figures < RULES.drifting


@pytest.mark.parametrize(
    ("found", "wanted", "holds"),
    [
        ("enumeration", PropertyType.ENUMERATION, True),
        ("string", PropertyType.DATETIME, True),
        ("enumeration", PropertyType.BOOL, True),
        ("enumeration", PropertyType.STRING, False),
        ("number", PropertyType.STRING, False),
        ("date", PropertyType.DATETIME, False),
        ("bool", PropertyType.ENUMERATION, False),
    ],
)
def test_a_text_holds_everything_and_a_choice_what_is_chosen(found, wanted, holds):
    assert can_hold(found, wanted) is holds
