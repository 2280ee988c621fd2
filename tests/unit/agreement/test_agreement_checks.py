from decimal import Decimal

import pytest

from syncer.agreement import parse_agreement
from syncer.errors import AgreementError

MATRIX = (
    "  matrix: {A: [sales_ready, mql, mql, suspect], B: [mql, mql, inquiry, suspect],"
    " C: [mql, inquiry, inquiry, suspect], D: [inquiry, inquiry, inquiry, suspect]}\n"
)
EVEN = "C: [mql, mql, mql, mql], D: [mql, mql, mql, mql]}}"


def found(text: str) -> dict[str | None, str]:
    with pytest.raises(AgreementError) as caught:
        parse_agreement(text, "agreement.yaml")
    return {problem.key: f"{problem.message} ({problem.hint})" for problem in caught.value.problems}


def score(body: str) -> str:
    return f"score_model:\n{body}" + ("" if "matrix:" in body else MATRIX)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("tam: {rule: 'company.country in [DE'}", "tam.rule", "ends too early"),
        ("tam: {rule: 'contact.age > 30'}", "tam.rule", "forbidden input 'contact.age'"),
        ("tam: {rule: 'contact.geschlecht == w'}", "tam.rule", "forbidden input"),
        ("tam: {rule: 'contact.first_name == x'}", "tam.rule", "forbidden input"),
        ("tam: {rule: 'nationality == x'}", "tam.rule", "forbidden input"),
        ("fields: {contact: {religion: text}}", "fields.contact.religion", "forbidden input"),
        ("fields: {contact: {date_of_birth: moment}}", "fields.contact.date_of_birth", "forbidden input"),
        (
            "agreement: {signed: [{role: sales, by: a, at: 2026-11-20}, {role: sales, by: b, at: 2026-11-20}]}",
            "agreement.signed",
            "sales signed twice",
        ),
        (
            "agreement: {sla: {business_hours: {from: '18:00', to: '09:00'}}}",
            "agreement.sla.business_hours.to",
            "closes before it opens",
        ),
        (
            "agreement: {sla: {business_hours: {days: Sun, to: '09:01'}, first_touch: {explicit_request: 131m}}}",
            "agreement.sla.first_touch.explicit_request",
            "takes more than five years",
        ),
        (
            "agreement: {sla: {decision: {accept_or_reject: 1301bd}}}",
            "agreement.sla.decision.accept_or_reject",
            "takes more than five years",
        ),
        (f"stages: {{reopen_days: {'9' * 5000}}}", "stages.reopen_days", "should be"),
        ("closed_other: {propose: {grace_days: 3651}}", "closed_other.propose.grace_days", "should be at most 3650"),
        ("agreement: {sla: {business_hours: {tz: Mars/X}}}", "agreement.sla.business_hours.tz", "unknown time zone"),
        ("agreement: {sla: {first_touch: {explicit_request: soon}}}", "agreement.sla.first_touch.explicit_request", ""),
        ("agreement: {routing: [{to: queue.a}]}", "agreement.routing[0]", "is no route"),
        ("agreement: {routing: [{if: employee, else: queue.a}]}", "agreement.routing[0]", "is no route"),
        (
            "agreement: {routing: [{else: queue.a}, {if: employee, to: queue.b}]}",
            "agreement.routing[0]",
            "never reached",
        ),
        ("agreement: {routing: [{else: somebody}]}", "agreement.routing[0]", "unknown target"),
        (
            "agreement: {routing: [{if: 'owner(deal) exists', to: queue.a}]}",
            "agreement.routing[0].if",
            "owner(company)",
        ),
        ("agreement: {sla: {business_hours: {holidays: Bayern}}}", "agreement.sla.business_hours.holidays", "DE-BY"),
        ("agreement: {sla: {business_hours: {holidays: DE-XX}}}", "agreement.sla.business_hours.holidays", "DE-BY"),
        (
            "agreement: {sla: {business_hours: {to: 1800}}}",
            "agreement.sla.business_hours.to",
            "should be a time of day such as 18:00, at the latest 24:00",
        ),
        (
            "agreement: {sla: {business_hours: {from: '24:00', to: '24:00'}}}",
            "agreement.sla.business_hours.from",
            "should be a time of day such as 09:00",
        ),
        (
            "agreement: {sla: {business_hours: {days: Mo-Fr}}}",
            "agreement.sla.business_hours.days",
            "should be days such as Mon-Fri",
        ),
        (
            "agreement: {sla: {decision: {accept_or_reject: 2}}}",
            "agreement.sla.decision.accept_or_reject",
            "should be business time such as 60m, 8h or 2bd",
        ),
        ("agreement: {sla: {escalation: [{after: 1, to: x}]}}", "agreement.sla.escalation[0].after", "1x or 2x"),
        ("agreement: {sla: {escalation: [{after: 1x, to: ' '}]}}", "agreement.sla.escalation[0].to", "at least 1"),
        ("money: {reporting_currency: Euro}", "money.reporting_currency", "should be a currency such as EUR"),
        ("agreement: {signed: [{role: sales, by: 7, at: 2026-11-20}]}", "agreement.signed[0].by", "should be text"),
        ("calendar: {timezone: Berlin}", "calendar.timezone", "unknown time zone"),
        ("calendar: {fiscal_year_start: 13}", "calendar.fiscal_year_start", "12"),
        ("calendar: {test_name_patterns: ['(']}", "calendar.test_name_patterns[0]", "regular expression"),
        ("money: {gross_margin: 40}", "money.gross_margin", "1"),
        (
            "money: {costs: [{source: a, amount: 1, from: 2026-02-01, to: 2026-01-01}]}",
            "money.costs[0].to",
            "ends before it begins",
        ),
        ("stages: {hard_conversions: [nix]}", "stages.hard_conversions[0]", "unknown event 'nix'"),
        ("stages: {repeated_visits: {events: [nix]}}", "stages.repeated_visits.events[0]", "unknown event 'nix'"),
        (
            "stages: {repeated_visits: {days: 8, within_days: 7}}",
            "stages.repeated_visits.days",
            "never lie within 7 days",
        ),
        ("stages: {repeated_visits: {days: 1}}", "stages.repeated_visits.days", "2"),
        ("stages: {rejected_answers: {BAD: nix}}", "stages.rejected_answers.BAD", "unknown reject reason"),
        ("stages: {rejected_answers: {YES: no_fit}}", "stages.rejected_answers.YES", "accepted answers"),
        (
            "stages: {accepted_answers: [Duplicate]}",
            "agreement.reject_reasons.duplicate",
            "accepted answers",
        ),
        ("stages: {rejected_lead_statuses: {BAD: nix}}", "stages.rejected_lead_statuses.BAD", "unknown reject reason"),
        ("stages: {rejected_lead_statuses: {OPEN: no_fit}}", "stages.rejected_lead_statuses.OPEN", "accepted"),
        (
            "stages: {rejected_lead_statuses: {Open: no_fit}}",
            "stages.rejected_lead_statuses.Open",
            "accepted",
        ),
        (
            "stages: {accepted_lead_statuses: [Duplicate]}",
            "agreement.reject_reasons.duplicate",
            "stands among the accepted statuses as well",
        ),
        ("reasons: [{code: a, outcome: lost, re: '('}]\nreason_tests: {}", "reasons[0].re", "regular expression"),
        (
            "reasons: [{code: a, outcome: lost, re: ''}, {code: b, outcome: lost, re: x}]\nreason_tests: {}",
            "reasons[0].re",
            "always hits",
        ),
        (
            "reasons: [{code: a, outcome: lost, re: x}, {code: a, outcome: other, re: y}]\nreason_tests: {}",
            "reasons[1].outcome",
            "another outcome",
        ),
        ("reason_tests: {zu teuer: competitor}", "reason_tests.zu teuer", "gives price (expected competitor"),
        ("reason_tests: {zu teuer: dear}", "reason_tests.zu teuer", "unknown reason 'dear'"),
        (
            "pipelines: {p: {stages: {a: open}, offer_stages: [b]}}",
            "pipelines.p.offer_stages",
            "unknown stage 'b' (allowed: a",
        ),
        ("pipelines: {p: {stages: {a: won}, offer_stages: [a]}}", "pipelines.p.offer_stages", "a means won"),
        ("pipelines: {p: {stages: {a: won}, on_hold_stages: [a]}}", "pipelines.p.on_hold_stages", "a means won"),
        ("pipelines: {p: {stages: {a: won}, closed_other_stage: a}}", "pipelines.p.closed_other_stage", "a means won"),
        (
            "pipelines: {p: {on_hold_stages: [a], closed_other_stages: [a]}}",
            "pipelines.p.on_hold_stages",
            "closed_other stage as well",
        ),
        (
            "closed_other: {rules: [{id: X, when: employee, mode: auto}, {id: X, when: employee, mode: auto}]}",
            "closed_other.rules[1].id",
            "id X is taken",
        ),
        ("closed_other: {guards: {rules: [CO77]}}", "closed_other.guards.rules[0]", "unknown rule"),
        ("closed_other: {guards: {skip_if: ['closedate within soon']}}", "closed_other.guards.skip_if[0]", "14d"),
        ("closed_other: {never: {except_CO1_CO2: ['x']}}", "closed_other.never.except_CO1_CO2[0]", "unknown name"),
        ("closed_other: {resume_at: {price: +90d}}", "closed_other.resume_at.price", "no reason that postpones"),
        ("closed_other: {resume_at: {default: tomorrow}}", "closed_other.resume_at.default", "day of return"),
        ("write_back: {contacts: {fit: fn_stage}}", "write_back.contacts.fit", "fn_stage already holds stage"),
        ("write_back: {group: 'My Group'}", "write_back.group", "property's name"),
        ("custom_lifecycle: {x: LEAD}", "custom_lifecycle.x", "LEAD_MQL"),
        (
            "events: [{event: a, kinds: [form]}, {event: b, kinds: [form], match: x}]",
            "events[0]",
            "later rules are never reached",
        ),
        (score("  negative: [{id: N, fit: -1}]\n"), "score_model.negative[0]", "neither if nor event"),
        (score("  negative: [{id: N, if: employee}]\n"), "score_model.negative[0]", "takes nothing off"),
        (score("  negative: [{id: N, if: employee, fit: 5}]\n"), "score_model.negative[0].fit", "adds points"),
        (score("  negative: [{id: N, event: unsubscribe, fit: -5}]\n"), "score_model.negative[0].fit", "event"),
        (
            score("  negative: [{id: N, event: unsubscribe, engagement: -5, decay: none, half_life_days: 3}]\n"),
            "score_model.negative[0].half_life_days",
            "decay is given as well",
        ),
        (
            score("  negative: [{id: N, event: nix, engagement: -5}]\n"),
            "score_model.negative[0].event",
            "unknown event",
        ),
        (
            score(
                "  engagement: {groups: {g: {cap: 1, rules: [{id: E, event: page_view, pts: 1, if: 'dwel_s > 1'}]}}}\n"
            ),
            "score_model.engagement.groups.g.rules[0].if",
            "did you mean dwell_s?",
        ),
        (
            score("  engagement: {groups: {g: {cap: 1, rules: [{id: E, event: nix, pts: 1}]}}}\n"),
            "score_model.engagement.groups.g.rules[0].event",
            "unknown event",
        ),
        (
            score("  gates: [{id: G, if: employee}, {id: G, if: competitor}]\n"),
            "score_model.gates[1].id",
            "id G is taken",
        ),
        (score("  gates: [{id: G, if: 'dwell_s > 1'}]\n"), "score_model.gates[0].if", "unknown name 'dwell_s'"),
        (score("  thresholds: {level: {1: 60, 2: 40}}\n"), "score_model.thresholds.level", "3 is missing"),
        (
            score("  thresholds: {level: {1: 60, 2: 60, 3: 20}}\n"),
            "score_model.thresholds.level.2",
            "60 is not below 1",
        ),
        (
            score("  thresholds: {grade: {A: 175, B: 60, C: 20}}\n"),
            "score_model.thresholds.grade.A",
            "outside the scale",
        ),
        ("money: {events: {nix: webinar}}", "money.events.nix", "unknown event 'nix'"),
        (score("  scale: {fit: [100, 0]}\n"), "score_model.scale.fit", "ends before it begins"),
        (
            score("  engagement: {default_decay: {kind: linear, period_days: 1.0e-300}}\n"),
            "score_model.engagement.default_decay.period_days",
            "should be at least 0.01",
        ),
        (
            score("  negative: [{id: N, event: unsubscribe, engagement: -1.0e+308}]\n"),
            "score_model.negative[0].engagement",
            "should be at least -1000000",
        ),
        ("stages: {inquiry_enter: true}", "stages.inquiry_enter", "should be a number"),
        ("stages: {reopen_days: true}", "stages.reopen_days", "should be a whole number"),
        (score("  scale: {fit: [false, 100]}\n"), "score_model.scale.fit[0]", "should be a number"),
        (score("  approved_by: {marketing: a}\n"), "score_model.approved_by.sales", "is missing"),
        (
            score("  explicit_sales_ready: {events: [nix]}\n"),
            "score_model.explicit_sales_ready.events[0]",
            "unknown event",
        ),
        ("score_model: {matrix: {A: [mql, mql, mql, mql]}}", "score_model.matrix", "lacks row B, C, D"),
        (
            "score_model: {matrix: {A: [mql, sales_ready, mql, mql], B: [mql, mql, mql, mql], " + EVEN,
            "score_model.matrix.A",
            "a lower level has a further action",
        ),
        (
            "score_model: {matrix: {A: [mql, mql, mql, mql], B: [sales_ready, mql, mql, mql], " + EVEN,
            "score_model.matrix.B",
            "has a further action than A",
        ),
    ],
)
def test_contradiction_is_refused(text: str, key: str, message: str) -> None:
    problems = found(text)
    assert key in problems
    assert message in problems[key]


def test_a_scale_that_is_reversed_is_told_of_once() -> None:
    assert set(found(score("  scale: {fit: [100, 0]}\n"))) == {"score_model.scale.fit"}


def test_business_hours_may_last_to_the_end_of_the_day() -> None:
    agreement = parse_agreement("agreement: {sla: {business_hours: {from: '00:00', to: '24:00'}}}", "agreement.yaml")
    assert agreement.agreement.sla.business_hours.minutes("1bd") == 24 * 60


def test_forbidden_field_is_refused_where_it_is_declared_and_where_it_is_used() -> None:
    problems = found("fields: {contact: {age: number}}\ntam: {rule: 'contact.age > 3'}\n")
    assert set(problems) == {"fields.contact.age", "tam.rule"}


def test_costs_of_a_day_and_of_a_quarter_are_read() -> None:
    text = """\
money:
  costs:
    - {source: google, amount: 6000.10, from: 2026-04-01, to: 2026-06-30}
    - {source: fair, amount: 0, currency: CHF, from: 2026-04-01, to: 2026-04-01}
"""
    costs = parse_agreement(text, "agreement.yaml").money.costs
    assert [(cost.amount, cost.currency, (cost.last_day - cost.first_day).days) for cost in costs] == [
        (Decimal("6000.10"), None, 90),
        (Decimal(0), "CHF", 0),
    ]


def test_a_source_may_be_named_for_an_event_that_the_agreement_knows() -> None:
    agreement = parse_agreement("money: {events: {webinar_attended: webinar}}", "agreement.yaml")
    assert agreement.money.events == {"webinar_attended": "webinar"}


def test_age_of_a_company_is_no_personal_input() -> None:
    text = "fields: {company: {age: number}}\ntam: {rule: 'company.age > 3'}\n"
    assert parse_agreement(text, "agreement.yaml").tam.rule == "company.age > 3"


def test_custom_fields_may_be_named_in_rules_with_their_types() -> None:
    head = "fields: {contact: {budget: number}, deal: {blocked: flag}}\n"
    rule = "closed_other: {guards: {skip_if: ['deal.blocked and contact.budget > 5']}}\n"
    agreement = parse_agreement(head + rule, "agreement.yaml")
    assert agreement.delays.skip_if[0]({"deal.blocked": True, "contact.budget": 6})
    assert "number and text do not compare" in found(head + "tam: {rule: 'contact.budget == \"high\"'}")["tam.rule"]
    assert "unknown name 'deal.blocked'" in found(head + "tam: {rule: deal.blocked}")["tam.rule"]


@pytest.mark.parametrize(
    ("promised", "most"),
    [
        ("first_touch: {explicit_request: %dm}, escalation: [{after: 1x, to: owner}]", 15_600),
        ("first_touch: {explicit_request: %dm}, escalation: []", 15_600),
        ("first_touch: {score_sales_ready: %dm}, escalation: [{after: 2x, to: owner}]", 7_800),
        ("decision: {accept_or_reject: %dm}, escalation: []", 15_600),
    ],
)
def test_five_years_of_one_hour_a_week_are_the_most_that_can_be_promised(promised: str, most: int) -> None:
    hours = "business_hours: {days: Mon, from: '09:00', to: '10:00'}"
    assert parse_agreement(f"agreement: {{sla: {{{hours}, {promised % most}}}}}", "agreement.yaml")
    (key,) = found(f"agreement: {{sla: {{{hours}, {promised % (most + 1)}}}}}")
    assert key is not None
    assert key.startswith("agreement.sla.")


@pytest.mark.parametrize("closes", ["09:00", "08:00"])
def test_hours_that_never_open_are_one_finding(closes: str) -> None:
    problems = found(f"agreement: {{sla: {{business_hours: {{from: '09:00', to: '{closes}'}}}}}}")
    assert list(problems) == ["agreement.sla.business_hours.to"]


@pytest.mark.parametrize("visits", ["null", "{events: [page_view], days: 7, within_days: 7}"])
def test_visits_may_be_off_or_asked_for_on_each_of_the_days(visits: str) -> None:
    assert parse_agreement(f"stages: {{repeated_visits: {visits}}}", "agreement.yaml").missing_signatures
