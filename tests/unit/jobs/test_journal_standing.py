"""When a journal is read, how long it is left alone, and what is said of it."""

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from jobs.access.credentials import AccessFile, journal_app_of
from jobs.cli.status_output import journal_lines
from jobs.health.findings import Level
from jobs.health.readiness import troubles
from jobs.health.status import AccountStatus
from jobs.names import MENDED
from jobs.settings import Account, load_settings
from jobs.settings_file import Limits, ScheduleFile
from jobs.web.metrics import metrics_page
from jobs.webhooks.hook_standing import HookStanding
from jobs.webhooks.journal_place import Gap, Place, keep_place, open_streams, place_of, read_apps
from jobs.webhooks.journal_standing import JournalStanding, journal_findings, read_journal_standing
from syncer.errors import ConfigError
from syncer.moments import DAY, HOUR, MINUTE, SECOND

NOW = 1_795_500_000_000
HOOKS = HookStanding(last_at=None, waiting=4, oldest=None, failing=0, counts={}, untold=0, erasures=())
WELL = JournalStanding(
    until=NOW - 90 * SECOND, lag=90 * SECOND, files=3, skipped_files=0, failures=0, why=None, gap=None
)
GAP = Gap(since=NOW - 4 * DAY, until=NOW)


def status(journal: JournalStanding | None) -> AccountStatus:
    return AccountStatus(
        account="a",
        freshness={"contacts": 1},
        records={},
        outbox={},
        dead_letters=0,
        runs=(),
        webhooks=HOOKS,
        journal=journal,
    )


def said(journal: JournalStanding | None) -> list[str]:
    return [one.what for one in troubles(status(journal), ScheduleFile())]


def test_status_says_up_to_when_the_journal_was_read_and_what_is_wrong():
    assert journal_lines(status(None)) == ()
    assert journal_lines(status(WELL)) == ["journal: read up to 2026-11-24 05:58 · 3 files · 4 hints wait"]
    lines = journal_lines(status(replace(WELL, until=None, failures=2, why="AuthFailed: no", gap=GAP)))
    assert "never yet" in lines[0]
    assert "2 readings in a row failed (AuthFailed: no)" in lines[1]
    assert "not everything between 2026-11-20T06:00:00.000Z and 2026-11-24T06:00:00.000Z was told" in lines[2]
    assert status(WELL).as_dict()["journal"]["lag_seconds"] == 90


def test_a_daemon_is_degraded_by_a_gap_or_by_failures_in_a_row_and_not_by_one():
    assert said(None) == said(WELL) == said(replace(WELL, failures=2, why="x")) == []
    assert len(said(replace(WELL, failures=3, why="x"))) == 1
    assert len(said(replace(WELL, failures=3, why="x", gap=GAP))) == 2


def test_check_names_what_to_do():
    assert [one.level for one in journal_findings("a", WELL)] == [Level.FINE]
    for never in (None, replace(WELL, until=None, failures=1, why="AuthFailed: no")):
        (found,) = journal_findings("a", never)
        assert (found.level, "webhooks apply --journal" in found.remedy) == (Level.NOTE, True)
    (found,) = journal_findings("a", replace(WELL, gap=Gap(since=None, until=NOW)))
    assert ("its beginning" in found.what, "syncer reconcile --apply" in found.remedy) == (True, True)


def test_prometheus_sees_lag_failures_and_gap():
    page = metrics_page([(status(replace(WELL, failures=2, gap=GAP)), ())]).decode()
    found = {one.name: one.samples for one in text_string_to_metric_families(page)}
    names = ("syncer_journal_lag_seconds", "syncer_journal_readings_failing", "syncer_journal_gap")
    assert [found[name][0].value for name in names] == [90, 2, 1]
    assert "syncer_journal_lag_seconds{" not in metrics_page([(status(None), ())]).decode()


@pytest.mark.parametrize(
    ("failures", "after", "rests"),
    [
        (0, 0, False),
        (2, 0, False),
        (3, 7 * MINUTE, True),
        (3, 8 * MINUTE, False),
        (9, 59 * MINUTE, True),
        (9, HOUR, False),
        (9, -1, False),
    ],
)
def test_a_journal_that_fails_again_and_again_is_left_alone_for_up_to_an_hour(failures, after, rests):
    assert Place(origin="o", failures=failures, failed_at=NOW).rests(NOW + after) is rests


def test_a_gap_stays_for_each_stream_until_a_full_compare_that_began_after_it_mended_it(store):
    place = Place(origin="o", offset="x", until=NOW, gap=GAP)
    with store.commit() as unit:
        keep_place(unit, "a", place)
        assert place_of(unit, "a") == place_of(unit, "a", "o") == place
        assert place_of(unit, "a", "another app") is place_of(unit, "b") is None
        for stream in ("contacts", "deals", "web_visits"):
            unit.desk.keep_cursor("a", stream, "window", str(NOW))
    for stream, began, left in (
        ("contacts", NOW - 1, ["contacts", "deals"]),
        ("contacts", NOW + 1, ["deals"]),
        ("deals", NOW + 2, []),
    ):
        with store.commit() as unit:
            unit.desk.keep_cursor("a", stream, MENDED, str(began))
            assert open_streams(unit, "a", GAP) == left
            found = read_journal_standing(unit, "a", NOW)
        assert (found.gap, list(found.open_streams)) == (GAP if left else None, left)
        assert bool(found.troubles) is bool(left)
        assert all(", ".join(left) in one for one in found.troubles)
    with store.commit() as unit:
        unit.desk.keep_cursor("a", "account", "journal", "no place")
        assert read_journal_standing(unit, "a", NOW) is None


def account(name: str, client_id: str, base_url: str = "https://api.hubapi.com") -> Account:
    known = {"HUBSPOT_CLIENT_ID": SecretStr(client_id), "HUBSPOT_CLIENT_SECRET": SecretStr("s")}
    app, problems = journal_app_of(name, AccessFile(), known.get)
    assert (app.client_id, problems) == (client_id, ())
    return Account(
        name=name,
        connector="hubspot",
        base_url=base_url,
        tier="free",
        limits=Limits(),
        versions={},
        streams=(),
        write_back=False,
        fields={},
        journal=app,
    )


def test_accounts_of_one_app_are_read_together_and_others_apart():
    one, two, other = account("one", "app-1"), account("two", "app-1"), account("other", "app-2")
    elsewhere = account("elsewhere", "app-1", "http://127.0.0.1:8300")
    silent = one.model_copy(update={"name": "silent", "journal": None})
    apps = read_apps([one, other, two, elsewhere, silent])
    assert [list(app.names) for app in apps] == [["one", "two"], ["other"], ["elsewhere"]]
    assert [app.shared_name for app in apps] == ["", "other", "elsewhere"]
    assert len({app.origin for app in apps}) == 3


@pytest.fixture
def configured(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET", "HUBSPOT_REFRESH_TOKEN", "SYNCER_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-x")
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {journal: true}}\n", encoding="utf-8")
    return monkeypatch


def test_a_journal_needs_the_apps_id_and_secret_and_no_address(configured):
    with pytest.raises(ConfigError) as raised:
        load_settings()
    assert [one.key for one in raised.value.problems] == ["HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET"]
    configured.setenv("HUBSPOT_CLIENT_ID", "app-1")
    configured.setenv("HUBSPOT_CLIENT_SECRET", "s3cret")
    settings = load_settings()
    found = settings.accounts["hubspot"]
    assert (found.journal.client_id, found.is_told, found.webhooks) == ("app-1", True, None)
    assert "s3cret" not in repr(settings)


def test_without_the_switch_nothing_is_read_and_nothing_is_missed(configured, tmp_path):
    (tmp_path / "syncer.yaml").write_text("accounts: {hubspot: {}}\n", encoding="utf-8")
    found = load_settings().accounts["hubspot"]
    assert (found.journal, found.is_told) == (None, False)
