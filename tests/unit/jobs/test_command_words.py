"""What commands say in German: whole, with the same facts as in English, and nothing left in English."""

import inspect
import re
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import jobs
from connectors.hubspot.source import STREAMS as STREAMS_OF_HUBSPOT
from connectors.sandbox.faults import NONE
from connectors.sandbox.generate import generate_portal
from connectors.sandbox.limits import UNLIMITED
from connectors.sandbox.server import running
from connectors.sandbox.state import Habits, Portal
from jobs.access.scopes import _SCHEMAS, _WRITES, LOST
from jobs.bootstrap import system_clock
from jobs.cli import command_words, operator_words
from jobs.cli.check_output import print_findings, print_steps
from jobs.cli.results import finish_push, print_round, show_plans
from jobs.cli.status_output import Reader, print_status
from jobs.cli.undo_output import finish_undo
from jobs.counts import StreamCount
from jobs.health.check import check_all
from jobs.health.findings import Finding, Level
from jobs.health.status import AccountStatus
from jobs.names import DRAIN, RECONCILE
from jobs.pulling.completeness import StreamProof
from jobs.rounds import RoundResult
from jobs.webhooks.hook_standing import HookStanding
from jobs.webhooks.journal_place import Gap
from jobs.webhooks.journal_standing import JournalStanding
from jobs.wording import errors, records, sentences, setups
from jobs.wording import streams as stream_words
from jobs.wording.counted import Counted
from jobs.wording.sentences import spoken
from jobs.wording.terms import term
from jobs.writing.plan import Plan
from jobs.writing.push import PushCount
from jobs.writing.setup import SetupStep
from jobs.writing.undo import UndoResult
from mappings import convert
from syncer.records import Kind
from syncer.store import QueueStanding, Run, Tally
from syncer.store.rows import refuse
from syncer.writeback import UndoStep, Verdict
from tests.english import english_in
from tests.unit.writeback.cases import intent

START = 1_790_000_000_000
TABLES = {
    "commands": command_words._WORDS,
    "counts": command_words._COUNTS,
    "sentences": sentences._SENTENCES,
    "errors": errors.ERROR_SENTENCES,
    "ways": setups.WAY_SENTENCES,
    "scopes": setups.SCOPE_SENTENCES,
    "purposes": setups.PURPOSES,
    "operators": operator_words.OPERATOR_WORDS,
    "letters": records.LETTER_REASONS,
    "records": records.RECORD_SENTENCES,
    "streams": stream_words._STREAMS,
    "jobs": stream_words._JOBS,
}
#: Modules whose reasons come to people as problems of a record: `field reason` or `field: reason`.
REASONED = ((convert, "hs_x {reason}"), (refuse, "amount: {reason}"))
#: Names by which streams are asked for, in every language.
STREAMS = {*stream_words._STREAMS}
GERMAN = Reader("de", ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize("table", TABLES)
def test_every_text_is_there_in_both_languages_with_the_same_facts(table):
    for key, (english, german) in TABLES[table].items():
        assert english, key
        assert german, key
        assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", german)), key


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("reads contacts, deals", "liest contacts, deals"),
        (
            "deal stage 'Gewonnen' (7) of pipeline 'x' means nothing",
            "Dealphase 'Gewonnen' (7) der Pipeline 'x' ist nicht zugeordnet",
        ),
        ("1,234 cannot be read: syncer dead-letters", "1.234 nicht lesbar: syncer dead-letters"),
        (
            "3 carry nothing to hold; 2 listed and not held: syncer reconcile --apply",
            "3 ohne Inhalt; 2 genannt und nicht hier: syncer reconcile --apply",
        ),
        (
            "30 more are found by search than were listed: syncer reconcile --apply reads the list anew",
            "30 mehr findet die Suche, als genannt wurden: syncer reconcile --apply liest die Liste neu",
        ),
        (
            "journal: 4 readings in a row failed (AuthFailed: no)",
            "Journal: 4 Lesungen in Folge sind gescheitert (AuthFailed: no)",
        ),
        ("what nobody foresaw", "what nobody foresaw"),
    ],
)
def test_a_sentence_is_known_by_its_pattern_and_keeps_its_facts(english, german):
    assert spoken(english, "de") == german
    assert spoken(english, "en") == english


@pytest.mark.parametrize(("module", "problem"), REASONED, ids=lambda one: getattr(one, "__name__", ""))
def test_every_reason_why_a_record_is_unfit_is_known(module, problem):
    reasons = re.findall(r'(?:ValueError\(|yield |else )"([^"]+)"', inspect.getsource(module))
    assert len(reasons) > 4
    assert [one for one in reasons if spoken(problem.format(reason=one), "de") == problem.format(reason=one)] == []


def test_problems_of_letters_keep_their_facts():
    assert spoken("createdate is not a date or time", "de") == "createdate ist weder Datum noch Zeitpunkt"
    assert spoken("fn_fit: the CRM refused the write (400 VALIDATION_ERROR)", "de") == (
        "fn_fit: das CRM hat das Schreiben abgelehnt (400 VALIDATION_ERROR)"
    )
    assert spoken("changed: failed 10 times, see hints_failed in the log", "de").startswith("changed: 10-mal")


def test_every_stream_of_hubspot_and_every_job_has_a_name():
    streams = (*STREAMS_OF_HUBSPOT.objects, *STREAMS_OF_HUBSPOT.events)
    assert [one for one in streams if one not in stream_words._STREAMS] == []
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(jobs.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'recorded_run\(desk, "([^"]+)"\)', sources)) | {*RECONCILE, DRAIN}
    assert len(named) > 12
    assert named - stream_words._JOBS.keys() == set()
    assert stream_words.stream_name("tickets", "de") == "tickets"


@pytest.mark.parametrize("status", ["running", "done", "failed", "halted", "interrupted"])
def test_what_became_of_a_run_is_german(status):
    assert term(status, "de") != status


def test_every_loss_by_a_missing_scope_is_known():
    lost = [*LOST.values(), _WRITES.format(kind="deals"), _SCHEMAS.format(kind="deals")]
    assert [one for one in lost if spoken(one, "de") == one] == []


def test_no_sentence_hides_behind_a_wider_one():
    every = [(key, *pair) for table in sentences.TABLES for key, pair in table.items()]
    for key, english, german in every:
        facts = {name: Counted(f"<{name}>") for name in re.findall(r"\{(\w+)\}", english)}
        assert spoken(english.format_map(facts), "de") == german.format_map(facts), key


def _status() -> AccountStatus:
    run = Run(
        id="r1",
        account="a",
        job="sync",
        started_at=START,
        ended_at=START + 900,
        status="done",
        counts={"read": 1234, "written": 3},
    )
    hooks = HookStanding(
        last_at=START,
        waiting=2,
        oldest=65_000,
        failing=1,
        counts={"accepted": Tally(number=9, last_at=START)},
        untold=4,
        erasures=(),
    )
    journal = JournalStanding(
        until=START,
        lag=1,
        files=3,
        skipped_files=0,
        failures=2,
        why="AuthFailed: x",
        gap=Gap(since=None, until=START),
        open_streams=("contacts", "deals"),
    )
    return AccountStatus(
        account="a",
        freshness={"contacts": 7200},
        records={"contacts": 1234},
        outbox={"pending": 2},
        dead_letters=1,
        runs=[run],
        webhooks=hooks,
        journal=journal,
        reconciled=replace(run, counts={"compared": 9}),
        queue=QueueStanding(waiting={"sync": 1}, oldest=3.2, workers=2),
    )


def test_a_status_is_german_to_its_last_line(capsys):
    print_status(_status(), GERMAN, takes_webhooks=True)
    shown = capsys.readouterr().out
    assert set(english_in(shown)) <= STREAMS
    for part in ("1.234 Kontakte", "vor 2 Stunden", "gelesen 1.234", "21.09.2026", "Warteschlange", "seinem Anfang"):
        assert part in shown


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            (
                "the CRM does not accept the token (401 X, correlationId a-1) (check B_TOKEN: it is unknown, expired "
                "or revoked)"
            ),
            (
                "das CRM nimmt das Token nicht an (401 X, correlationId a-1) (B_TOKEN prüfen: unbekannt, abgelaufen "
                "oder widerrufen)"
            ),
        ),
        (
            "http://127.0.0.1:9: the CRM cannot be reached (ConnectError)",
            "http://127.0.0.1:9: das CRM ist nicht erreichbar (ConnectError)",
        ),
        (
            "the account is moving to another data centre (477); it wants to be asked again in 2 h",
            "das Konto zieht in ein anderes Rechenzentrum um (477); es will in 2 h wieder gefragt werden",
        ),
        (
            "API version v4 of associations: HubSpot's support ends on 30 March 2027 (in 120 days)",
            "API-Version v4 von associations: HubSpots Unterstützung endet am 30. März 2027 (in 120 Tagen)",
        ),
        (
            "API version v3 of forms: HubSpot's support ended in September 2027: calls may be refused on any day",
            (
                "API-Version v3 von forms: HubSpots Unterstützung endete im September 2027: Aufrufe können jeden Tag "
                "abgewiesen werden"
            ),
        ),
        (
            "every stream: read by list: today's calls are ample, and no export is promised to be faster",
            "alle Datenströme: gelesen per Liste: die Aufrufe von heute reichen, und kein Export wäre sicher schneller",
        ),
        (
            "the plan would change lifecyclestage of 36 of 60 contacts, fn_outcome of 9 of 20 deals: more than 30%",
            "der Plan würde lifecyclestage bei 36 von 60 Kontakten, fn_outcome bei 9 von 20 Deals ändern: mehr als 30%",
        ),
        (
            "look at `syncer sync --dry-run`; if it is what you want, run it again with --force",
            "mit `syncer sync --dry-run` ansehen; ist es so gewollt, noch einmal mit --force",
        ),
        (
            "the last webhook arrived 2026-11-30T13:20:25.714Z; 3 wait",
            "der letzte Webhook kam 30.11.2026 13:20 UTC; 3 warten",
        ),
        (
            "no export: the export has 1,999 records, the CRM counts 3,000 to 3,000",
            "kein Export: der Export hat 1.999 Datensätze, das CRM zählt 3.000 bis 3.000",
        ),
    ],
)
def test_troubles_with_the_crm_are_german(english, german):
    assert spoken(english, "de") == german
    assert spoken(english, "en") == english


def test_streams_that_stopped_for_one_reason_are_one_line(capsys):
    why = "refused (401, correlationId 0{number}-a) (check B_TOKEN)"
    halted = {name: why.format(number=number) for number, name in enumerate(("contacts", "deals"))}
    print_round(RoundResult(run="r1", account="a", halted={**halted, "calls": "another (500)"}))
    assert capsys.readouterr().err.splitlines() == [
        "stopped a: contacts, deals: refused (401, correlationId 00-a) (check B_TOKEN)",
        "stopped a: calls: another (500)",
    ]


def test_pushes_of_several_accounts_say_whose_they_are(capsys):
    finish_push([PushCount(account="a", written=1), PushCount(account="b", written=2)], as_json=False)
    first, second = capsys.readouterr().out.splitlines()
    assert (first[:12], second[:12]) == ("a: written 1", "b: written 2")


def test_rounds_plans_pushes_and_undone_runs_are_german(capsys):
    proof = StreamProof(listed=5, held=4, search_total=5, complete=False, reasons=("1 carry nothing to hold",))
    result = RoundResult(
        run="r1",
        account="a",
        streams={"contacts": StreamCount(read=1234)},
        derived=5,
        buried=1,
        proof={"contacts": proof},
    )
    result.problems = (
        "contacts.fn_fit does not exist in the CRM: syncer setup --apply",
        "contacts.fn_cell is read-only in the CRM: unlock it, or set it to null under write_back",
        (
            "contacts.fn_fit is of type bool in the CRM and cannot hold it: "
            "rename ours or set it to null under write_back"
        ),
    )
    print_round(result, "de")
    row = intent("fn_stage", "TAM", None)
    show_plans([Plan(account="a", rows=[row], checksum="abc")], as_json=False, lang="de")
    step = UndoStep(
        kind=Kind.CONTACT,
        record_id="1",
        property="fn_fit",
        held="1",
        earlier=None,
        verdict=Verdict.RESTORE,
        why="still as the run wrote it",
    )
    undone = UndoResult(account="a", run=None, steps=[step], notices=[], pushed=None)
    finish_undo([undone], run="r1", apply=False, as_json=False, lang="de")
    finish_push([PushCount(account="a", written=1)], as_json=False, lang="de")
    print_steps([("a", [SetupStep(kind=Kind.CONTACT, name="fn_fit", state="missing", note="")])], "de")
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    assert set(english_in(shown)) <= STREAMS
    for part in (
        "1.234",
        "NICHT vollständig",
        "1 ohne Inhalt",
        "gibt es im CRM nicht",
        "noch so, wie der Lauf",
        "fehlt",
    ):
        assert part in shown


async def test_every_finding_about_a_usual_account_is_known(tmp_path, monkeypatch, capsys):
    portal = Portal(habits=Habits(index_lag=0))
    portal.load(generate_portal(contacts=20, seed=3, today=system_clock()))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{tmp_path / 'syncer.db'}")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-test-1")
    with running(portal, limits=UNLIMITED, faults=NONE) as server:
        monkeypatch.setenv("HUBSPOT_BASE_URL", server.base_url)
        findings = await check_all(None)
    for one in findings:
        if one.area != "database":
            assert spoken(one.what, "de") != one.what, one.what
    print_findings([*findings, Finding(level=Level.PROBLEM, area="hubspot", what="may not read owners")], "de")
    shown = capsys.readouterr().out
    assert "darf owners nicht lesen" in shown
    for area, german in (("database", "Datenbank"), ("agreement", "Vereinbarung")):
        assert german in shown
        assert not re.search(rf"\b{area}  ", shown)
    assert set(english_in(shown)) <= STREAMS
