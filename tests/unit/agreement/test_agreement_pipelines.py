import pytest

from syncer.agreement import Meaning, PipelineKind, PipelineMap, load_default, parse_agreement
from syncer.records import Stage

HUBSPOT = (
    ("appointmentscheduled", "Appointment Scheduled", False, 0.2),
    ("qualifiedtobuy", "Qualified To Buy", False, 0.4),
    ("presentationscheduled", "Presentation Scheduled", False, 0.6),
    ("decisionmakerboughtin", "Decision Maker Bought-In", False, 0.8),
    ("contractsent", "Contract Sent", False, 0.9),
    ("closedwon", "Closed Won", True, 1.0),
    ("closedlost", "Closed Lost", True, 0.0),
)


def stages(
    *rows: tuple[str, str, bool, float | None], pipeline: str = "default", label: str = "Sales Pipeline"
) -> list[Stage]:
    return [
        Stage(
            pipeline_id=pipeline,
            pipeline_label=label,
            stage_id=stage_id,
            label=name,
            position=position,
            is_closed=is_closed,
            probability=probability,
        )
        for position, (stage_id, name, is_closed, probability) in enumerate(rows)
    ]


def resolved(text: str, *portal: list[Stage]) -> PipelineMap:
    agreement = parse_agreement(text, "agreement.yaml") if text else load_default()
    return agreement.pipelines.resolve([stage for part in portal for stage in part])


def meanings(found: PipelineMap) -> dict[str, str]:
    return {stage_id: meaning.meaning.value for (_, stage_id), meaning in found.stages.items()}


def test_untouched_portal_is_understood_from_its_metadata() -> None:
    found = resolved("", stages(*HUBSPOT))
    assert meanings(found) == {
        **dict.fromkeys(("appointmentscheduled", "qualifiedtobuy", "presentationscheduled"), "open"),
        **dict.fromkeys(("decisionmakerboughtin", "contractsent"), "open"),
        "closedwon": "won",
        "closedlost": "lost",
    }
    assert [key for (_, key), meaning in found.stages.items() if meaning.is_offer] == ["contractsent"]
    assert [key for (_, key), meaning in found.stages.items() if meaning.past_offer] == ["contractsent", "closedwon"]
    assert {meaning.kind for meaning in found.stages.values()} == {PipelineKind.NEW_BUSINESS}
    assert found.warnings == ()
    assert not found.offer_fallback


@pytest.mark.parametrize(
    ("row", "meaning"),
    [
        (("s", "Gewonnen", True, 1.0), Meaning.WON),
        (("s", "Verloren", True, 0.0), Meaning.LOST),
        (("s", "Closed Other", True, 0.0), Meaning.OTHER),
        (("s", "Verschoben", True, 0.0), Meaning.OTHER),
        (("s", "Verschoben", False, 0.0), Meaning.OPEN),
        (("s", "On hold", False, 0.1), Meaning.ON_HOLD),
        (("s", "Zurückgestellt", False, 0.1), Meaning.ON_HOLD),
        (("s", "Fast fertig", False, 1.0), Meaning.OPEN),
        (("s", "Zu", True, 0.5), Meaning.UNMAPPED),
        (("s", "Zu", True, None), Meaning.UNMAPPED),
    ],
)
def test_stage_means_what_the_crm_says_of_it(row: tuple[str, str, bool, float | None], meaning: Meaning) -> None:
    assert resolved("", stages(row)).of("default", "s").meaning is meaning


@pytest.mark.parametrize("label", ["Angebot erstellt", "Offerte", "Quote sent", "PROPOSAL", "Vertrag", "Contract out"])
def test_open_stage_whose_label_speaks_of_an_offer_is_one(label: str) -> None:
    found = resolved("", stages(("a", "Neu", False, 0.1), ("b", label, False, 0.5), ("c", "Verhandlung", False, 0.8)))
    assert [found.of("default", key).is_offer for key in "abc"] == [False, True, False]
    assert [found.of("default", key).past_offer for key in "abc"] == [False, True, True]


def test_closed_stage_whose_label_speaks_of_an_offer_is_none() -> None:
    found = resolved("", stages(("a", "Neu", False, 0.1), ("b", "Angebot abgelehnt", True, 0.0)))
    assert not found.of("default", "b").is_offer


def test_portal_without_offer_stages_is_warned_about() -> None:
    found = resolved("", stages(("a", "Neu", False, 0.1), ("b", "Gewonnen", True, 1.0)))
    assert found.offer_fallback
    assert [warning.code for warning in found.warnings] == ["W-OFFER-FALLBACK"]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Sales Pipeline", PipelineKind.NEW_BUSINESS),
        ("Renewals", PipelineKind.RENEWAL),
        ("Vertragsverlängerung", PipelineKind.RENEWAL),
        ("Upsell", PipelineKind.EXPANSION),
        ("Expansion DACH", PipelineKind.EXPANSION),
        ("Bestandskunden", PipelineKind.EXPANSION),
        ("Existing customers", PipelineKind.EXPANSION),
    ],
)
def test_pipeline_kind_is_read_from_its_label(label: str, kind: PipelineKind) -> None:
    assert resolved("", stages(*HUBSPOT, label=label)).of("default", "closedwon").kind is kind


def test_own_map_fails_closed_for_stages_it_does_not_list() -> None:
    text = "pipelines: {default: {kind: partner, stages: {closedwon: won, contractsent: on_hold}}}\n"
    found = resolved(text, stages(*HUBSPOT))
    assert found.of("default", "closedwon").meaning is Meaning.WON
    assert found.of("default", "contractsent").is_on_hold
    assert found.of("default", "closedlost").meaning is Meaning.UNMAPPED
    assert found.of("default", "closedwon").kind is PipelineKind.PARTNER
    assert [warning.stage_id for warning in found.warnings if warning.code == "W-UNMAPPED-STAGE"] == [
        "appointmentscheduled",
        "qualifiedtobuy",
        "presentationscheduled",
        "decisionmakerboughtin",
        "closedlost",
    ]


def test_own_lists_replace_what_labels_say() -> None:
    text = """\
pipelines:
  default:
    offer_stages: [qualifiedtobuy]
    on_hold_stages: [presentationscheduled]
    closed_other_stages: []
    closed_other_stage: closedlost
"""
    found = resolved(text, stages(*HUBSPOT))
    assert [key for (_, key), meaning in found.stages.items() if meaning.is_offer] == ["qualifiedtobuy"]
    assert found.of("default", "presentationscheduled").meaning is Meaning.ON_HOLD
    assert found.of("default", "closedlost").meaning is Meaning.LOST
    assert found.closed_other_stage == {"default": "closedlost"}


def test_stage_into_which_delayed_deals_are_moved_says_delayed() -> None:
    found = resolved("pipelines: {default: {closed_other_stage: closedlost}}\n", stages(*HUBSPOT))
    assert found.of("default", "closedlost").is_closed_other


def test_listed_stage_says_delayed_whatever_the_crm_says() -> None:
    text = "pipelines: {default: {closed_other_stages: [qualifiedtobuy]}}\n"
    found = resolved(text, stages(*HUBSPOT))
    assert found.of("default", "qualifiedtobuy").meaning is Meaning.OTHER


def test_pipeline_without_an_entry_is_unmapped_once_the_default_entry_is_gone() -> None:
    found = resolved("pipelines: {default: {}}\n", stages(*HUBSPOT), stages(*HUBSPOT, pipeline="p2", label="Second"))
    assert found.of("default", "closedwon").meaning is Meaning.WON
    assert found.of("p2", "closedwon").meaning is Meaning.UNMAPPED
    assert found.of("p2", "closedwon").kind is None


def test_ignored_pipeline_means_nothing() -> None:
    found = resolved("pipelines: {default: {kind: ignore}}\n", stages(*HUBSPOT))
    assert set(meanings(found).values()) == {"ignore"}


def test_names_that_the_crm_does_not_have_are_warned_about() -> None:
    text = "pipelines: {default: {offer_stages: [gone]}, lost_pipeline: {kind: ignore}, '*': {offer_stages: [x]}}\n"
    found = resolved(text, stages(*HUBSPOT))
    assert [(warning.code, warning.pipeline_id, warning.stage_id) for warning in found.warnings] == [
        ("W-OFFER-FALLBACK", None, None),
        ("W-STAGE-GONE", "default", "gone"),
        ("W-PIPELINE-GONE", "lost_pipeline", None),
    ]


def test_unknown_stage_is_unmapped_and_never_guessed() -> None:
    found = resolved("", stages(*HUBSPOT))
    assert found.of("default", "nope").meaning is Meaning.UNMAPPED
    assert found.of("other", "closedwon").meaning is Meaning.UNMAPPED
    assert found.of(None, None).meaning is Meaning.UNMAPPED


def test_deal_without_a_pipeline_is_found_by_its_stage() -> None:
    assert resolved("", stages(*HUBSPOT)).of(None, "closedwon").meaning is Meaning.WON


def test_order_of_stages_is_the_crms_position_not_the_lists() -> None:
    portal = stages(*HUBSPOT)
    assert resolved("", portal[::-1]).stages == resolved("", portal).stages


@pytest.mark.parametrize("meaning", Meaning)
def test_only_open_and_on_hold_may_still_be_won(meaning: Meaning) -> None:
    assert meaning.is_open is (meaning in {Meaning.OPEN, Meaning.ON_HOLD})
