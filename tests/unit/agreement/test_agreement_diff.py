"""What differs between two agreements, in parts and in words."""

import pytest

from jobs.wording.agreement import difference_text, part_text
from syncer.agreement import default_text, load_default, parse_agreement
from syncer.agreement.diff import How, content_of, differences


def changed(*replacements):
    text = default_text()
    for before, after in replacements:
        assert before in text
        text = text.replace(before, after, 1)
    return parse_agreement(text, "agreement.yaml")


def told(new, lang="en", old=None):
    old = old or load_default()
    contents = (content_of(old), content_of(new))
    return [difference_text(one, contents, lang) for one in differences(old, new)]


def test_the_same_content_differs_in_nothing_whatever_the_file_looks_like():
    assert differences(load_default(), parse_agreement("calendar: {}", "agreement.yaml")) == []


def test_signatures_are_no_difference():
    signed = changed(("signed: []", "signed: [{role: sales, by: x, at: 2026-11-20}]"))
    assert differences(load_default(), signed) == []


@pytest.mark.parametrize(
    ("change", "english", "german"),
    [
        (("{1: 60, 2: 40", "{1: 55, 2: 40"), "engagement for level 1: 60 → 55", "Aktivität für Stufe 1: 60 → 55"),
        (
            ("pts: 40, half_life_days: 60", "pts: 42.5, half_life_days: 60"),
            "points of rule E1 (demo requested): 40 → 42.5",
            "Punkte der Regel E1 (Demo angefragt): 40 → 42,5",
        ),
        (
            ("explicit_request: 60m", "explicit_request: 30m"),
            "time to contact after a request: 60m → 30m",
            "Zeit bis zum Kontakt nach einem Wunsch: 60m → 30m",
        ),
        (
            ("rule: null", "rule: 'country == DE'"),
            "who belongs to the market: nothing → country == DE",
            "wer zum Markt gehört: nichts → country == DE",
        ),
    ],
)
def test_a_change_is_said_in_words(change, english, german):
    new = changed(change)
    assert told(new) == [english]
    assert told(new, "de") == [german]
    assert len(differences(load_default(), new)) == 1


def base(**more):
    rules = more.pop("rules", "[{id: E1, event: demo_request, pts: 40}, {id: E2, event: whitepaper, pts: 20}]")
    return parse_agreement(
        f"""
score_model:
  engagement: {{groups: {{intent: {{cap: 60, rules: {rules}}}}}}}
  matrix:
    A: {more.pop("row", "[sales_ready, sales_ready, mql, suspect]")}
    B: [sales_ready, mql, inquiry, suspect]
    C: [mql, inquiry, inquiry, suspect]
    D: [inquiry, inquiry, inquiry, suspect]
agreement: {{sla: {{escalation: {more.pop("escalation", "[{after: 1x, to: owner}, {after: 2x, to: team_lead}]")}}}}}
sets: {{wanted: {more.pop("wanted", "[a, b]")}}}
reasons: {more.pop("reasons", "[{code: price, outcome: lost, re: x}, {code: unspecified, outcome: lost, re: ''}]")}
reason_tests: {{}}
""",
        "agreement.yaml",
    )


def test_a_rule_that_came_or_went_is_named_with_what_it_counts():
    one = base(rules="[{id: E1, event: demo_request, pts: 40}]")
    assert told(one, old=base()) == ["rule E2 (whitepaper): no longer event whitepaper, pts 20"]
    assert told(base(), "de", old=one) == ["Regel E2 (Whitepaper): neu, event whitepaper, pts 20"]


def test_a_cell_of_the_matrix_is_named_by_grade_and_level():
    assert told(base(row="[sales_ready, mql, mql, suspect]"), old=base()) == ["cell A2: sales_ready → mql"]


def test_members_of_a_list_are_told_one_by_one():
    assert told(base(wanted="[b, c]"), old=base()) == ["list wanted: no longer a", "list wanted: new, c"]
    added = told(
        base(escalation="[{after: 1x, to: owner}, {after: 2x, to: team_lead}, {after: 3x, to: ceo}]"), old=base()
    )
    assert added == ["escalation: new, after 3x, to ceo"]


def test_another_order_is_a_difference_where_the_first_hit_wins():
    price, freeze = "{code: price, outcome: lost, re: x}", "{code: budget_freeze, outcome: other, re: y}"
    last = "{code: unspecified, outcome: lost, re: ''}"
    old, new = (base(reasons=f"[{one}, {other}, {last}]") for one, other in ((price, freeze), (freeze, price)))
    [one] = differences(old, new)
    assert (one.key, one.how) == ("reasons", How.REORDERED)
    assert told(new, old=old) == ["order of the reasons: another order, budget_freeze, price, unspecified"]


def test_items_that_share_an_identity_are_compared_as_they_stand():
    twice = "[{event: x, kinds: [form], match: a}, {event: x, kinds: [form], match: b}]"
    old, new = parse_agreement(f"events: {twice}", "a"), parse_agreement(f"events: {twice.replace(': b', ': c')}", "a")
    assert [one.how for one in differences(old, new) if one.path[0] == "events"] == [How.REMOVED, How.ADDED]


def test_a_part_without_words_is_called_by_its_key():
    assert part_text("closed_other.propose.grace_days", "de") == "closed_other.propose.grace_days"
    new = changed(("grace_days: 14", "grace_days: 21"))
    assert told(new) == ["closed_other.propose.grace_days: 14 → 21"]


def test_truths_and_nothing_read_as_words():
    on = changed(("auto_apply_after_grace: false", "auto_apply_after_grace: true"))
    assert told(on, "de") == ["closed_other.propose.auto_apply_after_grace: nein → ja"]
