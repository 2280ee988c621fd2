"""`syncer check` warns of API versions that end, by a clock that a test sets."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr

from jobs.access.sunsets import NOTE_DAYS, PROBLEM_DAYS, ending_versions
from jobs.health.check import check_all
from jobs.health.findings import Level
from jobs.settings import Account
from jobs.settings_file import Limits
from syncer.moments import millis

V4_ENDS = date(2027, 3, 30)
V3_ENDS = date(2027, 9, 1)


def account(**versions):
    return Account(
        name="hubspot",
        connector="hubspot",
        token=SecretStr("pat-x"),
        base_url="https://crm.test",
        tier="professional",
        limits=Limits(),
        versions=versions,
        streams=(),
        write_back=True,
        fields={},
    )


def test_nothing_is_said_today_of_the_versions_that_nobody_changed():
    assert ending_versions(account(), date(2026, 11, 24)) == []


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (NOTE_DAYS + 1, None),
        (NOTE_DAYS, Level.NOTE),
        (PROBLEM_DAYS + 1, Level.NOTE),
        (PROBLEM_DAYS, Level.PROBLEM),
        (0, Level.PROBLEM),
        (-30, Level.PROBLEM),
    ],
)
def test_an_old_version_is_a_note_half_a_year_before_its_end_and_a_problem_a_month_before(days, level):
    found = ending_versions(account(associations="v4"), V4_ENDS - timedelta(days=days))
    about = [one for one in found if "associations" in one.what]
    assert [one.level for one in about] == ([] if level is None else [level])


def test_the_words_name_families_date_days_and_what_to_write_where():
    (found,) = ending_versions(account(associations="v4"), date(2026, 11, 24))
    assert found.what == "API version v4 of associations: HubSpot's support ends on 30 March 2027 (in 126 days)"
    assert found.remedy == (
        "change or remove them under accounts.hubspot.versions in syncer.yaml; without an entry it is 2026-09"
    )


def test_what_nobody_can_change_here_stays_a_note_and_asks_for_an_update():
    found = ending_versions(account(), V3_ENDS + timedelta(days=9))
    assert {one.level for one in found} == {Level.NOTE}
    assert "form_submissions, email_events" in " ".join(one.what for one in found)
    assert all("ended in September 2027" in one.what for one in found if "v1" in one.what)
    assert {one.remedy for one in found} == {"update Syncer: this version of it knows no later one"}


def test_a_beta_is_always_said():
    (found,) = ending_versions(account(forms="2026-09-beta"), date(2026, 11, 24))
    assert "beta" in found.what


async def test_check_warns_even_where_the_crm_is_away(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCER_DATABASE_URL", f"sqlite:///{tmp_path / 'syncer.db'}")
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "pat-x")
    monkeypatch.setenv("HUBSPOT_BASE_URL", "http://127.0.0.1:9")
    text = "accounts: {hubspot: {versions: {default: 2026-03}}}\n"
    (tmp_path / "syncer.yaml").write_text(text, encoding="utf-8")
    late = millis(datetime(2027, 8, 20, tzinfo=UTC))
    found = [one for one in await check_all(None, clock=lambda: late) if "2026-03" in one.what]
    assert [(one.level, one.area, one.is_configuration) for one in found] == [(Level.PROBLEM, "hubspot", True)]
