"""Traces of whole rounds: a tree of spans, nothing personal in it, and a collector that nobody waits for."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest
import structlog
from structlog.testing import capture_logs

from connectors.sandbox.faults import Fault, Faults, Trouble
from jobs.rounds import sync_round
from jobs.webhooks.drain import drain_round
from jobs.writing.setup import setup
from syncer.errors import SyncerError
from tests.e2e.collecting import closed_port, collected, collector, silent_port
from tests.e2e.conftest import AT_ONCE
from tests.e2e.daemons import Daemon
from tests.e2e.hooking import COUNTED, listening, quiet_contact
from tests.e2e.test_quiet_logs import _words

TOKEN = "pat-test-1"
#: Attributes that a span may have.
KNOWN = re.compile(
    r"http\.request\.method|http\.response\.status_code|url\.template|error\.type"
    r"|syncer\.(attempt|job|account|run_id|status|stream|count\.\w+)"
)


def _lines(done: subprocess.CompletedProcess) -> list[dict]:
    """Return the lines that are for machines."""
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


async def test_a_whole_round_leaves_a_tree_of_spans_and_nobodys_data(serve, open_desk):
    crm = serve(contacts=60, faults=Faults(rules=[Fault(trouble=Trouble.BURST_LIMIT, probability=0.1)], seed=7))
    with collected() as spans:
        async with open_desk(crm, patience=AT_ONCE) as desk:
            await setup(desk, apply=True)
            for _ in range(2):
                await sync_round(desk)
    runs, streams, writes = spans.named("run sync"), spans.named("stream "), spans.named("write ")
    assert len(runs) == 2
    assert {one.attributes["syncer.stream"] for one in streams} > {"contacts", "deals", "emails"}
    assert all(spans.above(one) in runs for one in (*streams, *writes))
    assert writes
    above = [spans.above(one) for one in spans.calls]
    assert any(one in streams for one in above)
    assert any(one in writes for one in above)
    assert all(one is None or one in (*streams, *writes, *runs) for one in above)
    assert {one.context.trace_id for one in (*streams, *writes)} == {one.context.trace_id for one in runs}
    assert any(one.attributes["syncer.attempt"] > 1 for one in spans.calls)
    assert any(one.attributes.get("http.response.status_code") == 429 for one in spans.calls)

    text = spans.text
    assert {word for word in _words(crm.portal) | {TOKEN, "Bearer"} if word in text} == set()
    assert {name for one in spans.every for name in one.attributes if not KNOWN.fullmatch(name)} == set()
    ids = {row.id for table in crm.portal.tables.values() for row in table.rows.values()}
    templates = {one.attributes["url.template"] for one in spans.calls}
    assert not [one for one in templates if "?" in one or ids & set(one.split("/"))]
    assert "/form-integrations/v1/submissions/forms/{id}" in templates
    assert all(one.name.endswith(f" {one.attributes['url.template']}") for one in spans.calls)


async def test_streams_hold_their_own_calls_and_their_counts(crm, open_desk):
    with collected() as spans:
        async with open_desk(crm, streams=COUNTED) as desk:
            await sync_round(desk)
    for name in COUNTED:
        [stream] = spans.named(f"stream {name}")
        calls = [one for one in spans.calls if spans.above(one) is stream]
        assert calls
        assert all(f"/{name}" in one.name or "/associations/" in one.name for one in calls), name
        assert stream.attributes["syncer.count.read"] == len(list(crm.portal.tables[name].live()))
    [run] = spans.named("run ")
    assert run.attributes["syncer.status"] == "done"
    assert run.attributes["syncer.count.read"] == sum(len(list(crm.portal.tables[name].live())) for name in COUNTED)


async def test_a_drain_is_a_run_with_streams_and_calls(crm, open_desk):
    row = quiet_contact(crm)
    async with open_desk(crm, streams=COUNTED) as desk:
        await setup(desk, apply=True)
        await sync_round(desk)
        with listening(crm) as told:
            crm.portal.edit_as_user("contacts", row.id, {"hs_lead_status": "IN_PROGRESS"})
            told.receive(desk.store, crm)
        with collected() as spans:
            await drain_round(desk)
    [run] = spans.named("run drain")
    [stream] = spans.named("stream contacts")
    [write] = spans.named("write contact")
    assert spans.above(stream) is spans.above(write) is run
    assert run.attributes["syncer.count.looked_at"] == 1
    assert any(spans.above(one) is stream for one in spans.calls)
    assert any(spans.above(one) is write for one in spans.calls)


async def test_an_error_is_kept_by_its_class_and_nothing_of_its_message(serve, open_desk):
    refused = Faults(rules=[Fault(trouble=Trouble.STATUS, status=401, probability=1.0)])
    crm = serve(contacts=20, faults=refused)
    with collected() as spans, pytest.raises(SyncerError):
        async with open_desk(crm) as desk:
            await sync_round(desk)
    [run] = spans.named("run ")
    assert run.attributes["error.type"] == "AuthFailed"
    assert run.attributes["syncer.status"] == "failed"
    # What was under way beside the refused call is broken off.
    assert {"401"} <= {one.attributes["error.type"] for one in spans.calls} <= {"401", "CancelledError"}
    assert not [one for one in spans.every if one.events or one.status.description or one.status.is_ok]


async def test_lines_of_a_run_name_its_trace_and_only_while_it_is_recorded(crm, open_desk):
    async def lines() -> list[str | None]:
        with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
            async with open_desk(crm, streams=("contacts",)) as desk:
                await sync_round(desk)
        return [one.get("trace_id") for one in logs if one["event"] in {"run_started", "run_finished"}]

    with collected() as spans:
        traced = await lines()
    [run] = spans.named("run ")
    assert traced == [f"{run.context.trace_id:032x}"] * 2
    assert await lines() == [None, None]


def test_a_command_sends_its_last_spans_before_it_ends(crm, run, tmp_path):
    with collector() as found:
        lines = f"OTEL_EXPORTER_OTLP_ENDPOINT={found.address}\nOTEL_EXPORTER_OTLP_HEADERS=x-tenant=firma\n"
        (tmp_path / ".env").write_text(lines, encoding="utf-8")
        done = run(crm, "pull", "--stream", "contacts")
    assert done.returncode == 0, done.stderr
    names = {one.name for one in found.spans()}
    assert {"run pull", "stream contacts"} < names
    assert set(found.paths) == {"/v1/traces"}
    assert found.services() == {"syncer"}
    assert {one.get("x-tenant") for one in found.headers} == {"firma"}
    assert not [body for body in found.bodies if b"pat-na1-secret" in body]
    [line] = [one for one in _lines(done) if one["event"] == "run_started"]
    assert line["trace_id"] in {one.trace_id.hex() for one in found.spans()}


def test_spans_may_go_to_standard_error_and_leave_the_output_alone(crm, run):
    done = run(crm, "pull", "--stream", "contacts", "--json", OTEL_TRACES_EXPORTER="console")
    json.loads(done.stdout)
    names = {one.get("name") for one in _lines(done)}
    assert {"run pull", "stream contacts"} < names


def test_nothing_of_opentelemetry_is_loaded_where_nobody_asks(crm, run, tmp_path):
    run(crm, "pull", "--stream", "contacts")
    loaded = (
        "import sys; from jobs.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stdout.write(str(sorted(one for one in sys.modules if 'opentelemetry' in one)))"
    )
    environment = {"HUBSPOT_BASE_URL": crm.server.base_url, "HUBSPOT_ACCESS_TOKEN": TOKEN}
    command = [sys.executable, "-c", loaded, "pull", "--stream", "contacts"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "run_finished" in done.stderr
    assert done.stdout.endswith("[]")


@pytest.mark.parametrize("place", ["closed", "silent", "refusing"])
def test_a_collector_that_takes_nothing_neither_fails_nor_holds_a_command(crm, run, place):
    run(crm, "pull", "--stream", "contacts")
    with silent_port() as silent, collector(status=500) as refusing:
        address = {"closed": closed_port(), "silent": silent, "refusing": refusing.address}[place]
        began = time.monotonic()
        plain = run(crm, "pull", "--stream", "contacts")
        without = time.monotonic() - began
        began = time.monotonic()
        done = run(crm, "pull", "--stream", "contacts", OTEL_EXPORTER_OTLP_ENDPOINT=address)
        with_ = time.monotonic() - began
    assert (plain.returncode, done.returncode) == (0, 0)
    events = [one["event"] for one in _lines(done)]
    assert "run_finished" in events
    assert events.count("traces_not_sent") == 1
    # Loading the library and at most a second and a half of farewell; the library itself would try for ten seconds.
    assert with_ - without < 6


def test_a_daemon_without_its_collector_works_and_leaves_within_ten_seconds(serve, tmp_path):
    crm = serve(contacts=20)
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
    daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=crm.server.base_url, OTEL_EXPORTER_OTLP_ENDPOINT=closed_port())
    daemon.call("setup", "--apply")
    with daemon.running() as process:
        assert daemon.until_logged("run_finished")["trace_id"]
        assert daemon.until_logged("traces_not_sent")
        assert daemon.until_logged("run_finished", job="measure")
        assert daemon.get("/healthz").status_code == 200
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(20) == 0
        assert time.monotonic() - began < 10
    events = [one["event"] for one in daemon.log()]
    assert events.count("traces_not_sent") == 1
    assert "ended_hard" not in events


def test_a_daemon_that_leaves_sends_what_it_was_at(serve, tmp_path):
    slow = Faults(rules=[Fault(trouble=Trouble.LATENCY, probability=1.0, seconds=30, path="/contacts")])
    crm = serve(contacts=20, faults=slow)
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {tier: unlimited}}\n", encoding="utf-8")
    with collector() as found:
        daemon = Daemon(tmp_path, HUBSPOT_BASE_URL=crm.server.base_url, OTEL_EXPORTER_OTLP_ENDPOINT=found.address)
        with daemon.running() as process:
            daemon.until_logged("run_started")
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert process.wait(20) == 0
            assert time.monotonic() - began < 10
    [run] = [one for one in found.spans() if one.name == "run sync"]
    facts = {one.key: one.value.string_value for one in run.attributes}
    assert (facts["syncer.status"], facts["error.type"]) == ("interrupted", "CancelledError")
