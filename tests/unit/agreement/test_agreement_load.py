from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.agreement import default_text, load_agreement, load_default, parse_agreement
from syncer.agreement.model import Agreement
from syncer.errors import AgreementError, Problem

FIVE_FAULTS = """\
agreement:
  version: 2
stages:
  inquiry_enter: soon
  lost_to_tam: 200
events:
  - {event: demo, kinds: [form], match: 'demo('}
  - {event: page_view, kinds: [page_view]}
score_model:
  fit:
    groups:
      company:
        cap: 40
        rules:
          - {id: F1, if: "company.employees in [51,500]", pts: 25}
          - id: F2
            if: "company.employes < 5"
            pts: -15
  explicit_sales_ready: {events: [demo_requested]}
  matrix:
    A: [sales_ready, sales_ready, mql, suspect]
    B: [sales_ready, mql, inquiry, suspect]
    C: [mql, inquiry, inquiry, suspect]
    D: [inquiry, inquiry, inquiry, suspect]
  thresholds:
    grade:
      A: 75
      B: 80
      C: 25
"""


def problems(text: str) -> list[Problem]:
    with pytest.raises(AgreementError) as caught:
        parse_agreement(text, "agreement.yaml")
    return list(caught.value.problems)


def test_five_faults_are_all_reported_with_their_lines() -> None:
    found = {(problem.line, problem.key) for problem in problems(FIVE_FAULTS.replace("'demo('", "demo"))}
    assert found >= {
        (4, "stages.inquiry_enter"),
        (5, "stages.lost_to_tam"),
        (17, "score_model.fit.groups.company.rules[1].if"),
        (19, "score_model.explicit_sales_ready.events[0]"),
        (28, "score_model.thresholds.grade.B"),
    }


def test_every_problem_names_file_and_what_is_allowed() -> None:
    by_key = {problem.key: problem for problem in problems(FIVE_FAULTS)}
    assert {problem.file for problem in by_key.values()} == {"agreement.yaml"}
    assert by_key["events[0].match"].line == 7
    assert "regular expression" in by_key["events[0].match"].message
    assert "did you mean lost_to_tam_days?" in (by_key["stages.lost_to_tam"].hint or "")
    assert "did you mean company.employees?" in (by_key["score_model.fit.groups.company.rules[1].if"].hint or "")
    assert "demo" in (by_key["score_model.explicit_sales_ready.events[0]"].hint or "")
    assert "descend" in (by_key["score_model.thresholds.grade.B"].hint or "")


def test_fault_in_one_list_item_leaves_its_siblings_numbers_alone() -> None:
    text = """\
tam: {rule: null}
closed_other:
  rules:
    - {id: CO1, when: "deal.is_open", mode: perhaps}
    - {id: CO3, when: "deal.is_opn", mode: auto}
"""
    assert [(problem.line, problem.key) for problem in problems(text)] == [
        (4, "closed_other.rules[0].mode"),
        (5, "closed_other.rules[1].when"),
    ]


def test_broken_section_makes_no_echo_in_sections_that_rely_on_it() -> None:
    text = "events:\n  - {event: hello, kinds: [letter]}\n"
    assert [problem.key for problem in problems(text)] == ["events[0].kinds[0]"]


def test_faulty_reject_reason_makes_no_echo_in_the_statuses_that_name_it() -> None:
    text = """\
agreement: {reject_reasons: {no_fit: CLOSED_LOST, bad_timing: LATER}}
stages: {rejected_lead_statuses: {BAD_TIMING: bad_timing}}
"""
    assert [problem.key for problem in problems(text)] == ["agreement.reject_reasons.bad_timing"]


def test_reject_reason_that_the_default_statuses_name_may_not_be_left_out() -> None:
    text = "agreement: {reject_reasons: {no_fit: CLOSED_LOST}}\n"
    assert [problem.key for problem in problems(text)] == ["stages.rejected_lead_statuses.BAD_TIMING"]


def test_alternatives_that_were_not_meant_are_not_reported() -> None:
    text = "pipelines:\n  p1:\n    stages: {a: gone, b: won}\n"
    found = problems(text)
    assert [(problem.line, problem.key) for problem in found] == [(3, "pipelines.p1.stages.a")]
    assert "'on_hold'" in found[0].message


def test_missing_key_is_reported_at_its_owner() -> None:
    found = problems("closed_other:\n  rules:\n    - {id: CO1, when: employee}\n")
    assert [(problem.line, problem.key, problem.message) for problem in found] == [
        (3, "closed_other.rules[0].mode", "is missing")
    ]


def test_keys_left_out_of_a_section_are_those_of_the_default() -> None:
    text = "stages: {inquiry_enter: 30}\nscore_model: {fit: {groups: {}}}\nclosed_other: {guards: {vip_amount: 9}}\n"
    agreement, default = parse_agreement(text, "agreement.yaml"), load_default()
    assert agreement.stages.inquiry_enter == 30
    assert agreement.stages.hard_conversions == default.stages.hard_conversions
    assert agreement.score_model.fit.groups == {}
    assert agreement.score_model.engagement == default.score_model.engagement
    assert agreement.closed_other.rules == default.closed_other.rules
    assert agreement.closed_other.guards.skip_if == default.closed_other.guards.skip_if


def test_pipelines_of_the_file_replace_the_default_entry() -> None:
    agreement = parse_agreement("pipelines: {p1: {kind: partner}}\n", "agreement.yaml")
    assert list(agreement.pipelines.root) == ["p1"]


def test_empty_section_is_one_left_out() -> None:
    assert parse_agreement("stages:\n  # nothing yet\nicp:\n", "agreement.yaml").stages == load_default().stages


def test_unknown_key_of_a_nested_rule_names_the_allowed_ones() -> None:
    text = """\
score_model:
  matrix: {A: [mql, mql, mql, mql], B: [mql, mql, mql, mql], C: [mql, mql, mql, mql], D: [mql, mql, mql, mql]}
  fit: {groups: {g: {cap: 1, rules: [{id: X, if: "employee", pts: 1, lable: null}]}}}
"""
    (found,) = problems(text)
    assert found.key == "score_model.fit.groups.g.rules[0].lable"
    assert "did you mean label?" in (found.hint or "")


def test_fault_in_a_later_item_is_no_echo_of_one_with_a_similar_number() -> None:
    rules = "".join(f"  - {{event: e{number}, kinds: [form], match: x}}\n" for number in range(10))
    text = f"events:\n{rules}  - {{event: last, kinds: [form], match: '('}}\n".replace(
        "e1, kinds: [form]", "e1, kinds: [x]"
    )
    assert [problem.key for problem in problems(text)] == ["events[1].kinds[0]", "events[10].match"]


def test_unknown_key_inside_an_optional_part_names_the_allowed_ones() -> None:
    (found,) = problems("agreement: {marketing_goal: {metric: x, value: 1, pre: month}}\n")
    assert found.key == "agreement.marketing_goal.pre"
    assert "did you mean per?" in (found.hint or "")


def test_whole_file_of_nonsense_is_reported_section_by_section() -> None:
    found = problems("stages: 5\nevents: {a: b}\npipelines: [1]\nscore_model: yes\n")
    assert [problem.key for problem in found] == ["stages", "events", "pipelines", "score_model"]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("tam: {rule: null\nicp: x", 2, "is no YAML"),
        ("tam:\n\trule: null", 2, "a tab indents this line"),
        ("tam: &a {rule: null}\nicp: *a", 1, "anchors"),
        ("tam: {rule: null}\nicp: !!python/object:os.system {}", 2, "tags"),
        ("tam: {rule: null}\ntam: {rule: null}", 2, "stands here twice"),
        ("tam: {rule: null}\n---\nicp: {}", 2, "second document"),
        ("- tam", 1, "is no mapping"),
        ("", 1, "is empty"),
        ("tam: " + "[" * 3_000, 1, "nested too deeply"),
        ("tam: {rule: null}\nsets: {x: [" + "a," * 50_001 + "]}", 2, "too many parts"),
        ("? [tam]\n: 1", 1, "a key that is no text"),
    ],
)
def test_yaml_that_cannot_be_trusted_is_refused(text: str, line: int, message: str) -> None:
    assert any(message in problem.message and problem.line == line for problem in problems(text))


@pytest.mark.parametrize(("character", "name"), [("\x00", "U+0000"), ("\ud83d", "U+D83D"), ("\uffff", "U+FFFF")])
def test_a_character_that_may_not_stand_is_named_with_its_line(character: str, name: str) -> None:
    [problem] = problems(f"agreement: {{version: 2}}\ntam: {{rule: '{character}'}}\n")
    assert (problem.line, problem.hint) == (2, f"take out {name}")
    assert "a character that may not stand" in problem.message


def test_a_text_that_is_too_large_has_a_problem_without_a_line() -> None:
    assert "too large" in problems("# " + "x" * 1_000_000)[0].message


def test_words_of_yaml_1_1_stay_text() -> None:
    agreement = parse_agreement("sets: {countries: [NO, yes, on, 12:30]}\n", "agreement.yaml")
    assert agreement.sets["countries"] == ("NO", "yes", "on", "12:30")


def test_own_lists_add_to_the_default_ones() -> None:
    agreement = parse_agreement("sets: {free_mail: [mail.example]}\n", "agreement.yaml")
    assert agreement.sets["free_mail"] == ("mail.example",)
    assert agreement.sets["target_industries"] == load_default().sets["target_industries"]


def test_own_events_and_reasons_need_no_other_section() -> None:
    text = """\
events: [{event: page_view, kinds: [page_view]}]
reasons: [{code: price, outcome: lost, re: price}]
"""
    agreement = parse_agreement(text, "agreement.yaml")
    assert agreement.events.classify("form", "Demo", None, None) == "unclassified"
    assert agreement.reasons.normalise("too expensive").code == "unspecified"


def test_file_that_cannot_be_read_is_a_problem_not_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="cannot be read"):
        load_agreement(tmp_path / "agreement.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("sets: {a: [Zürich]}".encode("latin-1"))
    with pytest.raises(AgreementError, match="UTF-8"):
        load_agreement(latin)


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "agreement.yaml"
    path.write_bytes(b"\xef\xbb\xbfagreement:\r\n  version: 3\r\n")
    assert load_agreement(path).version == 3


def test_default_loads_and_equals_its_own_text() -> None:
    assert parse_agreement(default_text(), "copy.yaml") == load_default()
    assert load_default().version == 1


def test_sections_left_out_are_those_of_the_default() -> None:
    agreement = parse_agreement("agreement: {version: 9}\n", "agreement.yaml")
    default = load_default()
    assert agreement.version == 9
    for section in set(Agreement.model_fields) - {"agreement"}:
        assert getattr(agreement, section) == getattr(default, section), section


def test_default_round_trips_through_its_own_dump() -> None:
    default = load_default()
    dumped = yaml.safe_dump(default.model_dump(mode="json", by_alias=True), allow_unicode=True, sort_keys=False)
    again = parse_agreement(dumped, "dumped.yaml")
    assert again == default
    assert again.model_dump() == default.model_dump()


def test_fingerprint_ignores_comments_layout_and_signatures() -> None:
    text = "agreement:\n  version: 4\nstages:\n  inquiry_enter: 25\n  reopen_days: 20\n"
    same = "# signed soon\nstages: {reopen_days: 20, inquiry_enter: 25.0}\nagreement:\n  version: 4\n  signed: []\n"
    other = text.replace("25", "26")
    one = parse_agreement(text, "a.yaml")
    assert parse_agreement(same, "b.yaml").fingerprint == one.fingerprint
    assert parse_agreement(other, "c.yaml").fingerprint != one.fingerprint
    assert one.label == f"v4-{one.fingerprint[:8]}"


def outcome(text: str) -> list[Problem] | None:
    try:
        parse_agreement(text, "agreement.yaml")
    except AgreementError as error:
        return list(error.problems)
    return None


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_arbitrary_text_raises_nothing_but_agreement_errors(text: str) -> None:
    assert outcome(text) is None or outcome(text)


_sections = st.sampled_from(sorted(Agreement.model_fields))
_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(_sections, _junk, max_size=4))
def test_arbitrary_content_raises_nothing_but_agreement_errors(content: dict[str, object]) -> None:
    text = yaml.safe_dump(content, allow_unicode=True)
    assert all(problem.file == "agreement.yaml" for problem in outcome(text) or ())


def test_a_mistyped_section_that_is_left_empty_is_a_problem_too() -> None:
    with pytest.raises(AgreementError) as caught:
        parse_agreement("score_modle:\nstages:\n", "agreement.yaml")
    (found,) = caught.value.problems
    assert (found.line, found.key, found.message) == (1, "score_modle", "unknown key")
    assert "did you mean score_model?" in str(found)


@pytest.mark.parametrize("decay", ["5", "often"])
def test_what_may_be_one_of_several_things_is_told_in_one_sentence(decay: str) -> None:
    rule = f"{{id: E1, event: demo, pts: 1, decay: {decay}}}"
    text = f"score_model: {{engagement: {{groups: {{content: {{rules: [{rule}]}}}}}}}}"
    with pytest.raises(AgreementError) as caught:
        parse_agreement(text, "agreement.yaml")
    assert "should be a section with keys of its own or 'none'" in [one.message for one in caught.value.problems]
