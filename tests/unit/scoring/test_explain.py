import json
from math import fsum

import pytest
from msgspec.structs import replace

from syncer.agreement import parse_agreement
from syncer.funnel import compile_rules, decide_contact, decide_counted
from syncer.funnel.facts import (
    ContactDecision,
    Cycle,
    CycleType,
    FunnelStage,
    Origin,
    Outcome,
    Relationship,
)
from syncer.moments import DAY, HOUR, iso
from syncer.scoring import BaseRate, Service, explain, same_reasons, short_reasons
from tests.unit.scoring.models import D2, HEAD_OF_PROCUREMENT, MACHINES, NOW, agreement, at, event, facts, scorer

SCORER = scorer()
START = NOW - 90 * DAY


def d5_facts(**contact):
    rows = [event("pricing_view", days) for days in (1, 5, 12)] + [event("whitepaper", 20, asset="tco")]
    return facts(rows, fields=HEAD_OF_PROCUREMENT, company=MACHINES, **contact)


def decided(known, *, stage=FunnelStage.LEAD_SQL, started_at=START, sla=None, **cycle):
    base = {"cycle_no": 1, "type": CycleType.ACQUISITION, "origin": Origin.INBOUND}
    cycles = () if started_at is None else (Cycle(**base, started_at=started_at, **cycle),)
    return ContactDecision(
        contact_id="1",
        stage=stage,
        since=START,
        cycle_no=len(cycles),
        relationship=Relationship.PROSPECT,
        outcome=Outcome.OPEN,
        score=SCORER.score(SCORER.fit(known, NOW), 0.0),
        events=(),
        cycles=cycles,
        sla_due_at=sla,
    )


def told(known=None, lang="de", **given):
    known = known or d5_facts()
    more = {name: given.pop(name, None) for name in ("base_rate", "service")}
    track = None if given.get("started_at", START) is None else whole(known, given.get("started_at", START))
    return explain(SCORER, known, decided(known, **given), track=track, as_of=NOW, lang=lang, **more)


def waiting(minutes):
    return Service(minutes=minutes, is_touched=False, decision_due_at=NOW)


def whole(known, started_at=START, one=SCORER, as_of=NOW):
    return one.replay(known, as_of=as_of, started_at=started_at)


def test_explanation_example_51_99():
    rate = BaseRate(cell="A2", k=12, n=50, low=0.14, high=0.37, months=12)
    fields = HEAD_OF_PROCUREMENT | {"consent": "Einwilligung vom 12.09.2026"}
    known = facts(d5_facts().evidence, fields=fields, company=MACHINES)
    lines = told(known, sla=at("2026-11-21T10:00"), base_rate=rate, service=waiting(60)).lines
    assert lines == (
        "Warum jetzt? Zelle A2 · Fit 80 · Aktivität 51,99 (Modell dach-b2b v7) – Stand 21.11.2026 08:00",
        (
            "Fit        +40 51–500 MA & Maschinenbau (45, Deckel 40) · +30 Position in [head, director, vp, c] & "
            "Fachbereich in buying depts · +10 DACH"
        ),
        "Aktivität  +39,39 Preisseite an 3 Tagen (vor 1, 5, 12 Tagen) · +12,60 Whitepaper „whitepaper“ (vor 20 Tagen)",
        "Negativ    keine · Profil 83 % vollständig (fehlt: geplanter Kaufzeitpunkt → bis +20)",
        "Erfahrung  von 50 vergleichbaren Übergaben (A2, 12 Monate, reif) wurden 12 Kunden = 24 % [14–37 %]",
        (
            "Was würde es ändern? Ohne neue Aktivität ab 03.12.2026 A3 (nach Übergabe keine Rückstufung). "
            "Mit Demo-Anfrage sofort sales-ready."
        ),
        (
            "Nächster Schritt: Kontakt bis 21.11.2026 10:00 (SLA 60 min Geschäftszeit)"
            " · E-Mail-Einwilligung: laut CRM Einwilligung vom 12.09.2026"
        ),
    )


def test_d5_lines_are_seven_and_few_or_no_hand_overs_are_told_without_a_share():
    none, few = (BaseRate(cell="A2", k=0, n=n, low=0.0, high=1.0, months=12) for n in (0, 3))
    lines = told(sla=NOW, base_rate=none).lines
    assert len(lines) == 7
    assert lines[4] == "Erfahrung  noch keine reife Übergabe aus A2 in 12 Monaten"
    few_line = told(sla=NOW, base_rate=few, lang="en").lines[4]
    assert few_line == "Experience of 3 comparable hand-overs (A2, 12 months, mature) 0 became customers"


def test_from_five_hand_overs_on_a_share_is_told():
    rate = BaseRate(cell="A2", k=5, n=5, low=0.57, high=1.0, months=12)
    assert told(sla=NOW, base_rate=rate).lines[4].endswith("wurden 5 Kunden = 100 % [57–100 %]")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(60, "SLA 60 min"), (120, "SLA 2 h"), (480, "SLA 8 h"), (90, "SLA 90 min"), (None, "08:00 · ")],
)
def test_the_next_step_says_the_agreed_span(minutes, said):
    known = d5_facts()
    service = None if minutes is None else waiting(minutes)
    lines = explain(SCORER, known, decided(known, sla=NOW), track=None, as_of=NOW, service=service).lines
    assert said in lines[-1]


@pytest.mark.parametrize(
    ("due", "is_touched", "german", "english"),
    [
        (NOW, False, "Kontakt bis 21.11.2026 08:00 (SLA 60 min", "contact by "),
        (NOW - HOUR, False, "Kontakt, überfällig seit 21.11.2026 07:00 (SLA", "contact, overdue since "),
        (NOW - HOUR, True, "annehmen oder ablehnen bis 24.11.2026 08:00 ·", "accept or reject by "),
        (
            NOW - 5 * DAY,
            True,
            "annehmen oder ablehnen, überfällig seit 19.11.2026 09:00 ·",
            "accept or reject, overdue",
        ),
    ],
)
def test_who_was_called_in_time_is_to_be_decided_on_and_what_is_late_is_said_to_be(due, is_touched, german, english):
    service = Service(minutes=60, is_touched=is_touched, decision_due_at=due + 3 * DAY + HOUR)
    assert german in told(sla=due, service=service).lines[-1]
    assert english in told(sla=due, service=service, lang="en").lines[-1]


def test_the_last_line_says_whether_mail_is_allowed():
    assert told(d5_facts(opted_out=True)).lines[-1] == (
        "Nächster Schritt: keiner vereinbart · E-Mail-Einwilligung: nein (abgemeldet)"
    )
    assert told(lang="en").lines[-1] == "Next step: none agreed · e-mail consent: unknown"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("de", "laut CRM freiwillige Einwilligung des Kontakts"),
        ("en", "Freely given consent from contact, says the CRM"),
    ],
)
def test_the_crm_s_own_word_for_a_consent_is_told_in_the_language_of_the_reader(lang, said):
    known = facts(fields={"consent": "Freely given consent from contact"})
    assert told(known, lang=lang).lines[-1].endswith(f": {said}")


def test_it_reads_in_english_too():
    lines = told(lang="en", stage=FunnelStage.LEAD_MQL).lines
    assert lines[0] == "Why now? Cell A2 · Fit 80 · Activity 51.99 (model dach-b2b v7) – as of 2026-11-21 08:00"
    quoted = "\N{LEFT DOUBLE QUOTATION MARK}whitepaper\N{RIGHT DOUBLE QUOTATION MARK}"
    pricing, whitepaper = lines[2].split(" · ")
    assert pricing == "Activity   +39.39 pricing page on 3 days (1, 5, 12 days ago)"
    assert whitepaper == f"+12.60 whitepaper {quoted} (20 days ago)"
    assert lines[-2] == (
        "What would change it? Without new activity A3 from 2026-12-03. With a demo request sales-ready at once."
    )


def test_never_more_than_seven_lines():
    rows = [
        event(name, days) for name in ("whitepaper", "unsubscribe", "demo_request", "page_view") for days in range(9)
    ]
    known = facts(rows, fields={"type": "student"}, company=MACHINES)
    rate = BaseRate(cell="A2", k=1, n=2, low=0.1, high=0.9, months=12)
    assert len(told(known, sla=NOW, base_rate=rate).lines) == 7


def test_many_ages_are_cut_and_one_day_is_a_day():
    known = facts([event("newsletter_click", days) for days in range(1, 9)])
    assert "an 8 Tagen (vor 1, 2, 3, 4, 5 … Tagen)" in told(known).lines[2]
    assert "(vor 1 Tag)" in told(facts([event("newsletter_click", 1)])).lines[2]
    assert "(heute)" in told(facts([event("newsletter_click", 0)])).lines[2]
    assert (
        "3\N{MULTIPLICATION SIGN} Webinar" in told(facts([event("webinar_attended", day) for day in range(3)])).lines[2]
    )


def test_five_ages_are_told_whole():
    known = facts([event("newsletter_click", days) for days in range(1, 6)])
    assert "(vor 1, 2, 3, 4, 5 Tagen)" in told(known).lines[2]


def test_two_events_of_a_rule_are_counted():
    known = facts([event("webinar_attended", 0), event("webinar_attended", 0)])
    assert told(known).lines[2] == "Aktivität  +40 2\N{MULTIPLICATION SIGN} Webinar (heute)"


def test_a_content_is_named_where_a_rule_counts_contents_and_there_is_one():
    two = facts([event("whitepaper", 0, asset="one"), event("whitepaper", 0, asset="two")])
    assert told(two).lines[2] == "Aktivität  +40 2\N{MULTIPLICATION SIGN} Whitepaper (heute)"
    assert told(facts([event("newsletter_click", 0)])).lines[2] == "Aktivität  +5 Newsletter-Klick (heute)"


def test_what_has_faded_to_nothing_is_not_told_and_what_shows_as_a_hundredth_is():
    known = facts([event("webinar_attended", 0), event("newsletter_click", 900)])
    assert told(known, started_at=NOW - 1000 * DAY).lines[2] == "Aktivität  +20 Webinar (heute)"
    rule = {"id": "E1", "event": "whitepaper", "pts": 0.005, "decay": "none"}
    one = scorer(dict(D2) | {"engagement": {"groups": {"g": {"cap": 9, "rules": [rule]}}}, "negative": []})
    known = facts([event("whitepaper", 0)])
    lines = explain(one, known, decided(known), track=whole(known, one=one), as_of=NOW, lang="de").lines
    assert lines[2] == "Aktivität  +0,01 Whitepaper (heute)"


def test_a_capped_group_that_counts_against_says_its_cap_without_a_sign():
    rule = {"id": "F3", "if": "company.employees > 1", "pts": -60, "label": {"de": "x", "en": "x"}}
    one = scorer(dict(D2) | {"fit": {"groups": {"g": {"cap": 40, "rules": [rule]}}}, "negative": []})
    known = facts(company=MACHINES)
    line = explain(one, known, decided(known), track=whole(known, one=one), as_of=NOW, lang="de").lines[1]
    assert line == "Fit        \N{MINUS SIGN}40 x (\N{MINUS SIGN}60, Deckel 40) · +40 Grenze der Skala"


def test_a_capped_group_of_engagement_says_what_the_cap_takes():
    known = facts([event("page_view", 0, asset=str(number)) for number in range(12)])
    assert (
        told(known).lines[2]
        == "Aktivität  +12 12\N{MULTIPLICATION SIGN} Seitenaufruf (heute) · \N{MINUS SIGN}2 Deckel Website"
    )


def test_what_counts_against_is_said():
    known = facts([event("demo_request", 0), event("unsubscribe", 0)], email="a@gmx.de")
    line = told(known).lines[3]
    against, profile = line.split(" · ")
    expected = "Negativ    -10 E-Mail-Domain in free mail, -30 Abmeldung"
    assert against == expected.replace(" -", " \N{MINUS SIGN}")
    assert profile.startswith("Profil 0 % vollständig")


def test_without_consent_engagement_is_not_told():
    told_lines = told(d5_facts(opted_out=True)).lines
    assert told_lines[2] == "Aktivität  nicht bewertet (keine Einwilligung oder Adresse)"
    assert not any(line.startswith("Was würde") for line in told_lines)


def test_behind_a_gate_nothing_is_explained():
    explained = told(d5_facts(bounced=True))
    assert explained.lines[1:] == ("Keine Bewertung: ausgeschlossen oder widersprochen.",)
    assert explained.contributions == []
    assert explained.score.basis == "none"


@pytest.mark.parametrize(
    ("lang", "said"), [("de", "Keine Bewertung: Testdatensatz."), ("en", "Not scored: test record.")]
)
def test_a_test_record_is_explained_as_it_was_decided(lang, said):
    rules = compile_rules(parse_agreement("calendar: {test_name_patterns: ['^Muster']}", "agreement.yaml"), [])
    known = d5_facts(last_name="Muster")
    decision = decide_contact(known, rules=rules, as_of=NOW)
    track = decide_counted(known, rules=rules, as_of=NOW)[1]
    found = explain(rules.scorer, known, decision, track=track, as_of=NOW, lang=lang)
    assert found.score == decision.score
    assert (found.contributions, found.counterfactuals) == ([], [])
    assert found.lines[1:] == (said,)


def test_a_request_from_below_the_grade_goes_to_review():
    assert "Mit Demo-Anfrage zur Prüfung (Fit zu niedrig)." in told(facts([event("whitepaper", 0)])).lines[-2]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("de", "Mit Demo-Anfrage sales-ready, sobald die von Hand gesetzte Stufe endet (spätestens am 24.11.2026)."),
        ("en", "With a demo request sales-ready once the stage set by hand ends (2026-11-24 at the latest)."),
    ],
)
def test_a_request_waits_for_the_end_of_a_person_s_stage(lang, said):
    known = d5_facts()
    held = replace(decided(known, stage=FunnelStage.INQUIRY), overridden_until=NOW + 3 * DAY)
    lines = explain(SCORER, known, held, track=whole(known), as_of=NOW, lang=lang).lines
    assert any(line.endswith(said) for line in lines)


def test_a_loss_set_by_hand_stands_against_a_request_too():
    known = d5_facts()
    held = replace(decided(known, stage=FunnelStage.CLOSED_LOST), overridden_until=NOW + 3 * DAY)
    lines = explain(SCORER, known, held, track=whole(known), as_of=NOW, lang="en").lines
    assert any(line.endswith("once the stage set by hand ends (2026-11-24 at the latest).") for line in lines)


@pytest.mark.parametrize(
    ("cycle", "is_with_sales"),
    [
        ({"deal_id": "d1"}, True),
        ({"deal_id": "d1", "outcome": Outcome.LOST, "ended_at": NOW - DAY}, False),
        ({"accepted_at": NOW - DAY}, True),
        ({"accepted_at": NOW - DAY, "rejected_at": NOW - DAY}, False),
        ({"accepted_at": NOW - DAY, "rejected_at": NOW - 2 * DAY}, True),
        ({"accepted_at": NOW - DAY, "rejected_at": NOW}, False),
        ({}, False),
    ],
)
def test_under_a_stage_set_by_hand_a_deal_or_an_acceptance_goes_on(cycle, is_with_sales):
    known = facts([])
    held = replace(decided(known, stage=FunnelStage.INQUIRY, **cycle), overridden_until=NOW + 3 * DAY)
    lines = explain(SCORER, known, held, track=whole(known), as_of=NOW, lang="en").lines
    assert ("What would change it? With sales: points change the stage no more." in lines) is is_with_sales


def test_a_deal_of_an_earlier_cycle_is_over():
    known = facts([])
    (earlier,) = decided(known, deal_id="d1").cycles
    (latest,) = decided(known).cycles
    held = replace(decided(known, stage=FunnelStage.INQUIRY), cycles=(earlier, latest), overridden_until=NOW + DAY)
    lines = explain(SCORER, known, held, track=whole(known), as_of=NOW, lang="en").lines
    assert not any("With sales" in line for line in lines)


@pytest.mark.parametrize("cycle", [{}, {"started_at": None}, {"outcome": Outcome.LOST, "ended_at": NOW - DAY}])
def test_under_a_stage_of_sales_set_by_hand_points_change_nothing(cycle):
    known = facts([])
    held = replace(decided(known, stage=FunnelStage.LEAD_SAL, **cycle), overridden_until=NOW + 3 * DAY)
    lines = explain(SCORER, known, held, track=None, as_of=NOW, lang="en").lines
    assert "What would change it? With sales: points change the stage no more." in lines


def test_what_the_lines_tell_sums_to_the_score_at_an_end_of_the_scale_too():
    student = facts([event("whitepaper", 60), event("unsubscribe", 1)], fields={"type": "student"}, email="a@gmx.de")
    german, english = (told(student, lang).lines for lang in ("de", "en"))
    assert english[1] == "Fit        none · +40 end of the scale"
    assert english[2].endswith("(60 days ago) · +25 end of the scale")
    assert german[2].startswith("Aktivität  +5 Whitepaper")
    assert german[2].endswith(" · +25 Grenze der Skala")


@pytest.mark.parametrize("stage", ["LEAD_SAL", "LEAD_DEAL", "OPPORTUNITY", "FORECAST"])
def test_whoever_is_with_sales_is_not_made_sales_ready(stage):
    lines = told(stage=FunnelStage[stage]).lines
    assert "Was würde es ändern? Ohne neue Aktivität ab 03.12.2026 A3 (nach Übergabe keine Rückstufung)." in lines


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("de", "Was würde es ändern? Beim Vertrieb: Punkte ändern die Stufe nicht mehr."),
        ("en", "What would change it? With sales: points change the stage no more."),
    ],
)
def test_whoever_is_with_sales_and_has_nothing_to_lose_is_told_that_points_change_nothing(lang, said):
    assert said in told(facts([]), lang, stage=FunnelStage.OPPORTUNITY).lines


@pytest.mark.parametrize(
    ("lang", "k", "n", "said"),
    [
        ("de", 1, 1, "von 1 vergleichbaren Übergabe (A2, 12 Monate, reif) wurde 1 Kunde"),
        ("de", 0, 2, "von 2 vergleichbaren Übergaben (A2, 12 Monate, reif) wurden 0 Kunden"),
        ("en", 1, 1, "of 1 comparable hand-over (A2, 12 months, mature) 1 became a customer"),
        ("en", 1, 3, "of 3 comparable hand-overs (A2, 12 months, mature) 1 became a customer"),
    ],
)
def test_one_hand_over_and_one_customer_are_told_as_one(lang, k, n, said):
    rate = BaseRate(cell="A2", k=k, n=n, low=0.1, high=0.9, months=12)
    assert any(said in line for line in told(base_rate=rate, lang=lang).lines)


def test_the_machine_form_is_json_and_complete():
    found = told(lang="en").as_dict()
    assert json.loads(json.dumps(found)) == found
    assert (found["fit"], found["engagement"], found["cell"]) == (80.0, 51.99, "A2")
    assert found["missing"] == ["contact.planned_purchase"]
    assert found["model"] == {"id": "dach-b2b", "version": 7, "hash": SCORER.identity["hash"]}
    assert found["as_of"] == iso(NOW)
    assert (found["completeness"], found["base_rate"]) == (0.8333, None)
    rate = BaseRate(cell="A2", k=12, n=50, low=0.14, high=0.37, months=12)
    assert told(base_rate=rate).as_dict()["base_rate"]["k"] == 12
    assert found["counterfactuals"] == [
        {"change": "no_new_activity", "new_cell": "A3", "at": iso(at("2026-12-03T00:00"))},
        {"change": "demo_request", "new_cell": "A1", "at": None},
    ]
    lines = found["contributions"]
    assert fsum(line["after_cap"] for line in lines if line["axis"] == "engagement") == 51.99
    assert fsum(line["after_cap"] for line in lines if line["axis"] == "fit") == 80.0
    pricing = next(line for line in lines if line["rule_id"] == "E2")
    assert len(pricing["evidence_ids"]) == 3
    assert pricing["raw"] == 45.0
    assert pricing["occurred_at"] == iso(NOW - DAY)


def test_asking_what_if_changes_no_contribution():
    known = d5_facts()
    assert told(known).contributions == SCORER.contributions(known, as_of=NOW, track=whole(known), lang="de")


def test_evidence_after_the_moment_is_not_known_yet():
    known = facts(
        [*d5_facts().evidence, event("demo_request", when=NOW + HOUR)], fields=HEAD_OF_PROCUREMENT, company=MACHINES
    )
    assert told(known).score.engagement == 51.99


def test_without_a_cycle_there_is_no_engagement():
    explained = told(started_at=None, stage=FunnelStage.TAM)
    assert explained.score.engagement == 0.0
    assert explained.lines[2] == "Aktivität  keine"


def test_clamp_and_rounding_are_lines_of_their_own():
    rows = [event("demo_request", 0), *(event("pricing_view", days) for days in range(3))]
    known = facts([*rows, *(event("webinar_attended", 0) for _ in range(4))], email="a@gmx.de")
    lines = SCORER.contributions(known, as_of=NOW, track=whole(known))
    by_id = {(line.detail["axis"], line.rule_id): line for line in lines}
    assert ("engagement", "cap.content") in by_id
    assert by_id["fit", "clamp"].after_cap == 10.0
    assert by_id["fit", "clamp"].label == "end of the scale"


def test_idle_days_are_a_line():
    known = facts([event("demo_request", 95)])
    lines = SCORER.engagement_contributions(whole(known, NOW - 100 * DAY), as_of=NOW, lang="de")
    assert any(line.rule_id == "N4" and line.after_cap == -20.0 and line.part == "negative" for line in lines)
    model = dict(D2) | {"negative": [{"id": "N9", "if": "contact.type == student", "engagement": -4}]}
    student = facts([event("demo_request", 0)], fields={"type": "student"})
    one = scorer(model)
    lines = one.engagement_contributions(whole(student, one=one), as_of=NOW)
    assert [(line.rule_id, line.after_cap) for line in lines] == [("E1", 40.0), ("N9", -4.0)]


def test_short_reasons_fit_the_property_and_name_dates():
    text = short_reasons(SCORER, d5_facts(), as_of=NOW, track=whole(d5_facts()))
    assert text.startswith(
        "+39.39 pricing page (2026-11-20, 2026-11-16, 2026-11-09) · +12.60 whitepaper (2026-11-01) · +25 51–500 staff"
    )
    assert len(text) <= 250
    assert "\n" not in text


def test_the_points_of_short_reasons_sum_to_fit_and_engagement():
    known = facts([event("whitepaper", 3, asset="tco")], company=MACHINES, email="a@gmx.de")
    text = short_reasons(SCORER, known, as_of=NOW, track=whole(known), lang="de")
    minus = "\N{MINUS SIGN}"
    assert f"{minus}5 Deckel Firma" in text
    points = [float(part.split(" ")[0].replace(minus, "-").replace(",", ".")) for part in text.split(" · ")]
    score = explain(SCORER, known, decided(known), track=whole(known), as_of=NOW).score
    assert fsum(points) == pytest.approx(score.fit + score.engagement, abs=0.011)


def test_a_quiet_day_changes_points_and_no_reason():
    known = d5_facts()
    texts = [short_reasons(SCORER, known, as_of=NOW + day * DAY, track=whole(known)) for day in range(20)]
    assert len(set(texts)) == 20
    assert all(same_reasons(texts[0], one) for one in texts)


def test_another_fact_is_another_reason():
    text = short_reasons(SCORER, d5_facts(), as_of=NOW, track=whole(d5_facts()))
    again = facts([*d5_facts().evidence, event("pricing_view", 0)], fields=HEAD_OF_PROCUREMENT, company=MACHINES)
    assert not same_reasons(text, short_reasons(SCORER, again, as_of=NOW, track=whole(again)))
    assert not same_reasons(text, "")


def test_a_text_that_was_cut_off_is_compared_as_far_as_it_goes():
    whole, cut = "+10.5 a · +4 b · +3 c", "+10.55 a · +4 b …"
    assert same_reasons(whole, cut)
    assert same_reasons(cut, whole)
    assert not same_reasons("+10.5 a · +4 b", whole)
    assert not same_reasons("+1 x …", cut)


def test_short_reasons_are_empty_behind_a_gate_and_cut_at_a_whole_reason():
    assert short_reasons(SCORER, d5_facts(bounced=True), as_of=NOW, track=whole(d5_facts())) == ""
    long = {"id": "F1", "if": "company.employees > 1", "pts": 5, "label": {"de": "x" * 130, "en": "y" * 130}}
    other = long | {"id": "F2", "label": {"de": "z" * 300, "en": "w" * 119}}
    model = dict(D2) | {"fit": {"groups": {"g": {"cap": 50, "rules": [long, other]}}}}
    text = short_reasons(scorer(model), facts(company=MACHINES), as_of=NOW, track=None)
    assert text == "+5 " + "y" * 130 + " …"
    german = short_reasons(
        scorer(model | {"fit": {"groups": {"g": {"cap": 50, "rules": [other]}}}}),
        facts(company=MACHINES),
        as_of=NOW,
        track=None,
        lang="de",
    )
    assert len(german) == 250
    assert german.endswith("z …")


def test_a_whole_profile_misses_nothing():
    known = facts(fields=HEAD_OF_PROCUREMENT | {"planned_purchase": NOW}, company=MACHINES)
    assert told(known).lines[3] == "Negativ    keine · Profil 100 % vollständig"


def test_points_that_never_fade_leave_silence_untold():
    model = dict(D2) | {"negative": [], "explicit_sales_ready": {"events": []}}
    model["engagement"] = dict(D2["engagement"]) | {"default_decay": {"kind": "none"}}
    one = scorer(model)
    known = facts([event("whitepaper", 0)])
    explained = explain(one, known, decided(known), track=whole(known, one=one), as_of=NOW)
    assert explained.counterfactuals == []
    assert not any(line.startswith("What would") for line in explained.lines)


def test_the_score_explained_is_the_score_decided():
    rules = compile_rules(agreement(), [])
    rows = [event(name, days) for name in ("whitepaper", "pricing_view", "page_view") for days in (40, 9, 3)]
    known = facts(rows, fields=HEAD_OF_PROCUREMENT, company=MACHINES)
    for days in range(45):
        moment = NOW - days * DAY
        decision, track = decide_counted(known, rules=rules, as_of=moment)
        assert explain(rules.scorer, known, decision, track=track, as_of=moment).score == decision.score
