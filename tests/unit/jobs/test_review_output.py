"""What the review of hand-overs prints, at every size of sample, in both languages, and nobody named."""

import json
import re
from collections import Counter
from dataclasses import replace

import orjson
import pytest

from jobs.cli.review_dict import review_dict
from jobs.cli.review_output import next_review, print_review, reasons_of
from jobs.cli.review_words import _TEXTS, said
from jobs.deciding.review import Reviewed, Seen
from jobs.deciding.simulate import Simulation
from syncer.agreement import default_text, load_default, parse_agreement
from syncer.agreement.drafting import Edit, drafted
from syncer.agreement.head import Attempts
from syncer.handover.review import Cell, Window
from syncer.handover.simulation import Frame
from syncer.moments import DAY, Millis
from syncer.scoring.calibration.rows import Left
from syncer.scoring.calibration.study import study
from tests.unit.scoring.calibration_rows import AS_OF, HORIZON, drawn

EFFECTS = {"E1": 1.3, "E2": 0.2, "E4": 1.0}
FRAME = Frame(as_of=AS_OF, weeks=12, horizon_days=HORIZON)
DRAFT = drafted(
    default_text(),
    "agreement.yaml",
    [Edit(path=("score_model", "engagement", "groups", "intent", "rules", "E1", "pts"), value=58.0)],
)


def reviewed(count, *, effects=EFFECTS, base=-2.0, draft=None, signed_at=None, **changes):
    rows = drawn(count, effects, base=base)
    found = study(load_default(), rows, rows, as_of=AS_OF, horizon_days=HORIZON)
    now = load_default()
    tried = now if draft is None else parse_agreement(draft, "draft.yaml")
    made = Reviewed(
        account="portal",
        agreement=now,
        notice="unsigned default",
        window=Window(since=Millis(0), frame=FRAME, attempts=Attempts(), signed_at=signed_at),
        seen=Seen(),
        study=found,
        simulation=Simulation(account="portal", now=now, draft=tried, frame=FRAME, level=1),
        draft=draft,
        previous=None,
    )
    return replace(made, **changes)


def busy():
    seen = Seen(people=40)
    review = seen.review
    review.steps.update({"handed": 40, "touched": 38, "won": 9, "lost": 12, "open": 15, "void": 4, "rejected": 5})
    review.rejections.update({"no_fit": 4, "unspecified": 1})
    review.cells = {"A1": Cell(won=6, n=12), "B3": Cell(won=1, n=3)}
    review.premature.update({"lost_without_talk": 3, "not_ready": 2})
    review.missed.update({"never_ready": 7})
    review.wins, review.items, review.closed, review.unexplained, review.rejected_silently = 16, 12, 12, 2, 1
    review.given_up_early = 3
    review.before.update({"A1": 40, "B1": 10})
    review.recent.update({"A1": 10, "B1": 40})
    seen.signals.update({"E3": 4, "E6": 2})
    seen.missing.update({"contact.seniority": 11})
    seen.entered.left.update({Left.IMMATURE: 9, Left.MERGED: 1})
    seen.earlier.cells = {"A1": Cell(won=2, n=10), "C1": Cell(won=0, n=6)}
    return seen


@pytest.fixture(scope="module")
def large():
    return reviewed(3000, draft=DRAFT, seen=busy(), previous=parse_agreement("agreement: {version: 7}\n", "old.yaml"))


def shown(capsys, found, lang, draft=None):
    print_review(found, lang, draft)
    return capsys.readouterr().out


def test_every_text_exists_in_both_languages_and_asks_for_the_same_values():
    for key, (english, german) in _TEXTS.items():
        assert sorted(re.findall(r"{(\w+)}", english)) == sorted(re.findall(r"{(\w+)}", german)), key


def test_a_full_review_has_nine_sections_in_english(capsys, large):
    text = shown(capsys, large, "en")
    assert re.findall(r"^(\d) [A-Z]", text, re.MULTILINE) == list("123456789")
    for part in (
        "at least 25.0% if no open one is, at most 66.7% if all are",
        "rejected because of: no fit 4, not stated 1",
        "E1 demo requested",
        "under-scored",
        "Handed over too early: 5 of 40",
        "rejected unreached, before 5 attempts over 10 days: 3 of 5",
        "Winners that the score did not see: 7 of 16",
        "their signals: white paper 4, page view 2",
        "profile facts that nobody knows, of 40 people handed over: seniority 11",
        "horizon not over 9, merged records 1",
        "200 and more allow a scorecard",
        "points of rule E1 (demo requested): 40 → 58",
        "today's points: AUC",
        "proposed points: AUC",
        "scorecard: AUC",
        "--draft FILE",
        "12 hand-overs ended without a sale since the last signature (never signed)",
        "shifted",
        "reason enough",
        "[ ] accept",
        "syncer agreement sign FILE --role marketing",
    ):
        assert part in text, part
    row = next(line for line in text.splitlines() if line.strip().startswith("B3"))
    assert row.split() == ["B3", "1/3", "–", "–", "–"]
    assert re.search(r"A1 +6/12 +50\.0% +25\.4% – 74\.6% +2/10 20\.0%", text)
    assert re.search(r"C1 +– +– +– +0/6 0\.0%", text)


def test_the_same_in_german_without_an_english_word(capsys, large):
    text = shown(capsys, large, "de", "entwurf.yaml")
    assert re.findall(r"^(\d) [A-ZÄÖÜ]", text, re.MULTILINE) == list("123456789")
    for part in (
        "Was daraus wurde",
        "unterbewertet",
        "Zu früh übergeben: 5 von 40",
        "Entwurf ohne Unterschriften: entwurf.yaml",
    ):
        assert part in text, part
    assert not re.search(r"\b(hand-overs?|precision|won|rejected|points|accept|draft)\b", text)


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (0, "below 20 nothing follows but counts"),
        (40, "below 20 nothing follows but counts"),
        (100, "no points are proposed"),
        (200, "50 to 99 allow one line"),
        (450, "provisionally"),
        (650, "AUC and calibration need 100 of each"),
    ],
)
def test_what_the_sample_does_not_allow_is_said_plainly(capsys, count, says):
    text = shown(capsys, reviewed(count), "en", "draft.yaml")
    assert says in text
    assert "nobody was handed over in this time" in text
    assert "no draft was written: nothing is proposed" in text
    assert "cannot be said" in text
    assert "reason enough" not in text


def test_rules_that_do_not_stand_out_and_nothing_to_change_are_said(capsys):
    text = shown(capsys, reviewed(3000, effects={}, base=-1.0), "en")
    assert "no rule is surely above or below" in text
    assert "no other points are proposed" in text


def test_rules_of_the_profile_and_groups_spoken_against_are_marked(capsys):
    rows = [replace(one, profile=frozenset({"F1"}) if one.is_won else frozenset()) for one in drawn(3000, EFFECTS)]
    made = reviewed(450, effects={"E1": -0.8, "E2": -0.7, "E3": -0.7, "E4": 0.8}, base=0.5)
    found = study(load_default(), rows, rows[:0], as_of=AS_OF, horizon_days=HORIZON)
    text = shown(capsys, replace(made, study=replace(made.study, handed=found.handed, rates=found.rates)), "en")
    assert "F1 51–500 employees *" in text
    assert "known as of today only" in text
    assert "outcomes speak against, points stay, somebody should look:" in text


def test_a_review_waits_for_its_date_unless_something_happened(capsys):
    quiet = reviewed(40, signed_at=Millis(AS_OF - 40 * DAY))
    assert reasons_of(quiet) == []
    assert next_review(quiet) == AS_OF + 30 * DAY
    assert f"({said('never', 'en')})" not in shown(capsys, quiet, "en")
    seen = busy()
    seen.review.before = Counter({"A1": 20, "A2": 10, "B1": 10, "B2": 10, "C1": 10})
    seen.review.recent = Counter({"A1": 6, "A2": 8, "B1": 9, "B2": 3, "C1": 6})
    assert "no more than chance gives" in shown(capsys, replace(quiet, seen=seen), "en")
    assert reasons_of(replace(quiet, seen=seen)) == ["items"]
    assert reasons_of(replace(quiet, seen=busy())) == ["items", "drift"]


def test_winners_without_a_signal_and_rejections_of_nobody(capsys):
    seen = busy()
    seen.signals.clear()
    seen.review.rejections.clear()
    seen.review.cells.clear()
    text = shown(capsys, reviewed(40, seen=seen), "en")
    assert "without any scored signal" in text
    assert "no hand-over is mature yet" in text
    assert "rejected because of" not in text


def test_the_machine_form_holds_all_nine_and_no_contact(large):
    found = json.loads(orjson.dumps(review_dict(large)))
    assert found["cohort"]["handed"] == 40
    assert found["cells"]["A1"]["n"] == 12
    assert found["previous"]["cells"]["C1"] == {"k": 0, "n": 6, "lo": 0.0, "hi": pytest.approx(0.39, abs=0.01)}
    assert {"under_scored", None} <= {one["verdict"] for one in found["rules"]}
    assert found["missed"]["never_ready"] == 7
    assert found["proposal"]["scorecard"]["scale"] == {"points": 50.0, "odds": pytest.approx(1 / 9), "pdo": 10.0}
    assert found["proposal"]["test"]["proposed"]["auc"] > found["proposal"]["test"]["today"]["auc"]
    assert len(found["proposal"]["test"]["today"]["tenths"]) == 10
    assert found["proposal"]["test"]["today"]["level_1"]["flagged"] > 0
    assert found["proposal"]["test"]["scorecard"]["level_1"] is None
    assert found["decision"]["early"] == ["items", "drift"]
    assert found["decision"]["signed_at"] is None
    assert "company:" not in json.dumps(found)


def test_a_small_sample_is_null_in_the_machine_form():
    found = review_dict(reviewed(40))
    assert (found["previous"], found["decision"]["psi"], found["decision"]["drift"]) == (None, None, None)
    proposal = found["proposal"]
    assert (proposal["scorecard"], proposal["test"], proposal["line"], proposal["changes"]) == (None, None, None, [])
    assert review_dict(reviewed(650))["proposal"]["test"]["today"] is None
