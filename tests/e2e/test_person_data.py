"""Access report, consent at the intake, retention, backups: against a CRM that listens."""

import json
import re
import sqlite3
from dataclasses import replace
from math import fsum
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from jobs.figures.asking import Asked, measured, question
from jobs.health.backup import backup, restore, verify
from jobs.privacy.export import Exporting, export
from jobs.privacy.export_text import report_text
from jobs.privacy.forget import erase
from jobs.privacy.held_words import column_name, table_name
from jobs.privacy.prune import prune, prune_desk
from jobs.privacy.retention import RetentionFile
from jobs.privacy.rule_texts import has_text
from jobs.rounds import backfill_round, derive_round, sync_round
from jobs.writing.setup import setup
from syncer.agreement import InForce
from syncer.errors import ConfigError
from syncer.kpis.rendering.render import to_json
from syncer.moments import DAY, Millis
from syncer.store.privacy.personal import PLACES
from tests.e2e.test_forgetting import PAST, busiest, eraser_of, traces
from tests.e2e.test_handover_cards import GERMAN, lines, live, open_telling, ready

__all__ = ["open_telling"]

GIVEN = "Freely given consent from contact"
BERLIN = ZoneInfo("Europe/Berlin")


#: Figures about what is held, whenever they are asked for: they know of nobody who was pruned.
OF_WHAT_IS_HELD = ("K36", "K42")


def figures(desk, day: str) -> str:
    found = measured(desk.store, question(desk.store, desk.agreement, desk.name, Asked(as_of=day)))
    return to_json([one for one in found if not one.id.startswith(OF_WHAT_IS_HELD)])


def exporting(desk, lang: str = "en") -> Exporting:
    return Exporting(
        store=desk.store, agreement=desk.agreement.agreement, retention=desk.retention, now=desk.clock(), lang=lang
    )


async def test_art15_export_contains_contributions(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        person = busiest(desk)
        report = json.loads(json.dumps(export(exporting(desk), desk.name, person.email)))
    assert report["person"] == {"ids": [person.id], "addresses": [person.email]}
    assert len(report["scores"]) > 2
    for one in report["scores"]:
        parts = [(line["axis"], line["after_cap"]) for line in one["score"]["contributions"]]
        for axis in ("fit", "engagement"):
            assert fsum(points for name, points in parts if name == axis) == pytest.approx(
                one["score"][axis], abs=0.006
            )
    assert all(one["rule_text"] != one["rule"] and one["evidence"] is not None for one in report["transitions"])
    assert {one["property"] for one in report["recipients"]} >= {"fn_stage", "fn_cell"}
    assert {"evidence", "activities", "contacts", "cycles", "outbox"} <= set(report["held"])
    assert all({"occurred_at", "recorded_at"} <= set(row) for row in report["held"]["evidence"])
    assert report["retention"]["without_further_activity_until"] > PAST[0]
    assert "What would change it?" in " ".join(report["logic"][person.id])


@pytest.mark.parametrize(("lang", "says"), [("en", "Every change of your stage"), ("de", "Jeder Wechsel Ihrer Stufe")])
async def test_the_report_can_be_read_in_both_languages(crm, open_desk, lang, says):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        person = busiest(desk)
        text = report_text(export(exporting(desk, lang), desk.name, person.id), BERLIN, lang)
        assert export(exporting(desk), desk.name, "nobody@nowhere.example") is None
    assert f"## {says}" in text
    assert person.email in text
    assert text.count("\n### ") >= 5
    assert not re.search(r"None|True|False|[\[{]'|\d{3,} (points|Punkte)|e-\d{2} |T\d\d:\d\d:", text)
    first = {line.partition(":")[0] for line in text.partition("\n### ")[2].splitlines() if line.startswith("- ")}
    assert first
    assert [name for name in sorted(first) if "_" in name] == []


async def test_an_access_report_tells_tasks_and_values_in_words_and_an_erasure_what_the_crm_keeps(serve, open_telling):
    crm = serve(lines=list(lines()))
    async with open_telling(crm, agreement=GERMAN) as desk:
        await ready(desk)
        [task] = live(crm)
        text = report_text(export(exporting(desk, "de"), desk.name, "101"), BERLIN, "de")
        left = [erase(eraser_of(desk), desk.name, "101", dry_run=dry) for dry in (True, False)]
    received = text.partition("## Wer was erhalten hat")[2].partition("\n## ")[0]
    assert "| Funnel-Phase | Lead, vertriebsreif (SQL) | Stufe Sales-ready (SQL), Zyklus 1 |" in received
    assert "| Lead-Status | New | Stufe Sales-ready (SQL) |" in received
    assert f"| Aufgabe | {task.id} | Übergabe an den Vertrieb |" in received
    assert not re.search(r"LEAD_SQL|fn_|hs_|stage", received)
    assert [one.notices for one in left] == [[f"tasks {task.id}"]] * 2
    assert left[1].as_dict()["notices"] == [f"tasks {task.id}"]


def test_every_table_and_column_that_speaks_of_a_person_has_words():
    places = [place for place in PLACES if place.whose is not None]
    for lang in ("en", "de"):
        assert all(table_name(place.table.name, lang) for place in places)
        assert all(column_name(column.name, lang) for place in places for column in place.table.columns)


async def test_a_fact_is_told_part_by_part(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        report = export(exporting(desk), desk.name, busiest(desk).id)
    facts = report["held"]["evidence"]
    assert not any("fact" in one for one in facts)
    assert any(one.get("subject") for one in facts)
    assert any(one.get("actor") for one in facts)


async def test_every_rule_that_moved_somebody_has_words(serve, open_desk):
    crm = serve(contacts=150)
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        connection = sqlite3.connect(desk.store.file)
        rules = {row[0] for row in connection.execute("SELECT DISTINCT rule FROM stage_events")}
        connection.close()
        assert [one for one in sorted(rules) if not has_text(one, desk.agreement.agreement)] == []


def demanding(desk, *kinds: str):
    """Return the desk under an agreement that demands consent."""
    rules = desk.agreement.agreement
    asked = rules.model_copy(update={"consent": rules.consent.model_copy(update={"needed_for": kinds})})
    return replace(desk, agreement=InForce(agreement=asked, notice=desk.agreement.notice))


async def test_event_without_consent_dropped(crm, open_desk):
    async with open_desk(crm) as desk:
        asking = demanding(desk, "page_view")
        people = crm.portal.tables["contacts"].rows.values()
        for one in people:
            one.properties["hs_legal_basis"] = GIVEN if int(one.id) % 2 else "Legitimate interest – prospect/lead"
        read = await backfill_round(asking)
        connection = sqlite3.connect(desk.store.file)
        seen = [one[0] for one in connection.execute("SELECT contact_ids FROM activities WHERE kind = 'page_view'")]
        dropped = read.streams["page_views"].without_consent
        connection.close()
    assert seen
    assert {int(json.loads(ids)[0]) % 2 for ids in seen} == {1}
    assert dropped > 0
    assert dropped + len(seen) == read.streams["page_views"].read
    assert read.streams["form_submissions"].without_consent == 0


async def test_pruning_changes_no_figure_and_nothing_comes_back_as_new(crm, open_desk):
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        await sync_round(desk)
        await derive_round(desk, full=True)
        before = {day: figures(desk, day) for day in PAST}
        short = RetentionFile(web_events=1, inactive_prospects=3, explanations=1)
        foretold = prune(eraser_of(desk), desk.name, short, dry_run=True)
        done = prune(eraser_of(desk), desk.name, short)
        assert foretold == done
        assert done.web_events > 10
        assert done.prospects > 3
        again = prune(eraser_of(desk), desk.name, short)
        assert (again.web_events, again.evidence, again.prospects) == (0, 0, 0)
        await derive_round(desk, full=True)
        assert {day: figures(desk, day) for day in PAST} == before
        read = await backfill_round(replace(desk, retention=short), restart=True)
        assert {stream: one.created for stream, one in read.streams.items() if one.created} == {}
        assert read.streams["contacts"].forgotten == done.prospects
        assert (await sync_round(replace(desk, retention=short))).written == 0


async def test_a_clock_that_is_years_ahead_prunes_nobody_at_night(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        now = desk.clock()
        ahead = replace(desk, clock=lambda: Millis(now + 3 * 365 * DAY))
        with capture_logs() as logs:
            await prune_desk(ahead)
        with desk.store.snapshot() as unit:
            assert unit.privacy.erasure_ids() == set()
        assert [one["event"] for one in logs] == ["prune_put_off"]
        with capture_logs() as logs:
            await prune_desk(desk)
        assert [one["event"] for one in logs] == ["pruned"]


async def test_a_pruned_prospect_who_acts_again_comes_back(crm, open_desk):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        with desk.store.snapshot() as unit:
            before = set(unit.mirror.live(desk.name, "contacts", crm.portal.tables["contacts"].rows))
        prune(eraser_of(desk), desk.name, RetentionFile(inactive_prospects=3))
        with desk.store.snapshot() as unit:
            asleep = before - unit.mirror.live(desk.name, "contacts", before)
        row = crm.portal.find("contacts", min(asleep))
        row.properties["createdate"] = str(desk.clock() + 1_000)
        read = await backfill_round(desk, restart=True)
        assert read.streams["contacts"].forgotten == len(asleep) - 1
        with desk.store.snapshot() as unit:
            assert unit.mirror.live(desk.name, "contacts", [row.id])


async def test_a_restored_backup_converges_without_a_second_effect(crm, open_desk, tmp_path):
    file = tmp_path / "backup.db"
    async with open_desk(crm) as desk:
        await setup(desk, apply=True)
        await backfill_round(desk)
        taken = backup(desk.store, file)
        assert taken == verify(desk.store, file)
        await sync_round(desk)
        shown = {row.id: dict(row.properties) for row in crm.portal.tables["contacts"].rows.values()}
        person = busiest(desk)
        erase(eraser_of(desk), desk.name, person.id)
        looked = restore(eraser_of(desk), file, apply=False)
        assert (looked.erased_again, looked.present.is_sound) == (None, True)
        done = restore(eraser_of(desk), file, apply=True)
        assert done.erased_again == 1
        assert done.writes_kept > 100
        assert traces(desk.store.file, person.email) == {}
    async with open_desk(crm) as desk:
        after = await sync_round(desk)
        assert after.failed == after.conflicts == 0
        assert set(after.properties) <= {"fn_stage", "fn_in_tam", "fn_outcome"}
        assert {row.id: dict(row.properties) for row in crm.portal.tables["contacts"].rows.values()} == shown
        assert (await sync_round(desk)).written == 0


async def test_a_backup_is_taken_while_another_process_writes_and_is_never_overwritten(crm, open_desk, tmp_path):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        with desk.store.commit() as unit:
            unit.desk.begin_run(desk.name, "sync", desk.clock())
            found = backup(desk.store, tmp_path / "one.db")
        assert found.is_sound
        assert found.rows["runs"] == 1
        assert (tmp_path / "one.db").stat().st_mode & 0o077 == 0
        with pytest.raises(ConfigError, match="exists already"):
            backup(desk.store, tmp_path / "one.db")


async def test_what_is_no_sound_backup_is_refused_and_changes_nothing(crm, open_desk, tmp_path):
    async with open_desk(crm) as desk:
        await backfill_round(desk)
        before = verify(desk.store, None)
        (tmp_path / "text.db").write_text("no database" * 1_000)
        sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (a)").connection.close()
        backup(desk.store, tmp_path / "torn.db")
        whole = (tmp_path / "torn.db").read_bytes()
        (tmp_path / "torn.db").write_bytes(whole[: len(whole) // 2])
        for name in ("text.db", "other.db", "torn.db", "none.db"):
            with pytest.raises(ConfigError):
                restore(eraser_of(desk), tmp_path / name, apply=True)
        assert verify(desk.store, None) == before
