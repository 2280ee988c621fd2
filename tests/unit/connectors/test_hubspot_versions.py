"""Every path in one place, one version a family, and when each of them ends."""

import re
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

import connectors.hubspot
from connectors.hubspot.sunsets import endings
from connectors.hubspot.versions import FOLLOWING, Versions, numbered, versions_with
from syncer.errors import ConfigError

CLASSIC = {family: numbered(family) for family in asdict(Versions())}
ROUND = re.compile(r"/(?:v\d|20\d\d-\d\d)")


def _paths(versions: Versions) -> list[str]:
    return [
        versions.list_objects("deals"),
        versions.batch_read("deals"),
        versions.batch_update("deals"),
        versions.search("deals"),
        versions.links("a", "b"),
        versions.list_properties("deals"),
        versions.list_groups("deals"),
        versions.list_pipelines("deals"),
        versions.list_owners(),
        versions.account(),
        versions.token(),
        versions.list_campaigns(),
        versions.occurrences(),
        versions.export_status("7/8"),
    ]


def test_each_family_has_its_path_in_either_style() -> None:
    assert _paths(Versions()) == [
        "/crm/objects/2026-09/deals",
        "/crm/objects/2026-09/deals/batch/read",
        "/crm/objects/2026-09/deals/batch/update",
        "/crm/objects/2026-09/deals/search",
        "/crm/associations/2026-09/a/b/batch/read",
        "/crm/properties/2026-09/deals",
        "/crm/properties/2026-09/deals/groups",
        "/crm/pipelines/2026-09/deals",
        "/crm/owners/2026-09",
        "/account-info/2026-09/details",
        "/oauth/2026-09/token",
        "/marketing/campaigns/2026-09",
        "/events/event-occurrences/2026-09",
        "/crm/exports/2026-09/export/async/tasks/7%2F8/status",
    ]
    assert _paths(versions_with(CLASSIC)) == [
        "/crm/v3/objects/deals",
        "/crm/v3/objects/deals/batch/read",
        "/crm/v3/objects/deals/batch/update",
        "/crm/v3/objects/deals/search",
        "/crm/v4/associations/a/b/batch/read",
        "/crm/v3/properties/deals",
        "/crm/v3/properties/deals/groups",
        "/crm/v3/pipelines/deals",
        "/crm/v3/owners",
        "/account-info/v3/details",
        "/oauth/v3/token",
        "/marketing/v3/campaigns",
        "/events/v3/events",
        "/crm/v3/exports/export/async/tasks/7%2F8/status",
    ]
    assert Versions().list_forms() == "/marketing/v3/forms"
    assert versions_with({"forms": "2026-09-beta"}).list_forms() == "/marketing/forms/2026-09-beta"


def test_no_other_file_of_the_connector_names_a_version_in_a_path() -> None:
    folder = Path(connectors.hubspot.__file__).parent
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert [name for name, text in texts.items() if ROUND.search(text)] == []


def test_one_entry_moves_every_family_that_has_dated_paths_but_one_named_apart() -> None:
    moved = versions_with({"default": "2026-03", "objects": "v3"})
    assert {family: getattr(moved, family) for family in FOLLOWING} == {
        family: "v3" if family == "objects" else "2026-03" for family in FOLLOWING
    }
    assert (moved.forms, moved.form_submissions, moved.oauth) == ("v3", "v1", "2026-09")


def test_every_wrong_version_is_named_at_once_with_what_is_allowed() -> None:
    wrong = {"object": "v3", "objects": "v4", "associations": "v3", "oauth": "v1", "default": "v3", "email_events": "2"}
    with pytest.raises(ConfigError) as caught:
        versions_with(wrong)
    found = {str(one.key): str(one.hint) for one in caught.value.problems}
    assert set(found) == {f"versions.{family}" for family in wrong}
    assert "associations" in found["versions.object"]
    assert "v3, or a date such as 2026-09" in found["versions.oauth"]
    assert found["versions.email_events"] == "allowed: v1"


def test_dated_versions_end_after_eighteen_months_and_numbered_ones_as_announced() -> None:
    chosen = versions_with({"default": "2026-03", "objects": "v3", "associations": "v4", "forms": "2026-09-beta"})
    found = {(one.version, tuple(one.families)): (one.on, one.successor) for one in endings(chosen)}
    assert found[("2026-09-beta", ("forms",))] == (None, "v3")
    assert found[("v4", ("associations",))] == (date(2027, 3, 30), "2026-09")
    assert found[("v3", ("objects",))] == (date(2027, 9, 1), "2026-09")
    assert found[("2026-09", ("oauth",))] == (date(2028, 3, 1), None)
    assert found[("v1", ("form_submissions", "email_events"))] == (date(2027, 9, 1), None)
    (moved,) = [one for one in endings(chosen, unused=["journal"]) if one.version == "2026-03"]
    assert (moved.on, moved.successor, len(moved.families)) == (date(2027, 9, 1), "2026-09", 8)
    assert found[("2026-03", ("journal",))] == (date(2027, 9, 1), None)


def test_the_earliest_end_comes_first() -> None:
    ends = [one.on or date.min for one in endings(versions_with(CLASSIC | {"forms": "2026-09-beta"}))]
    assert ends == sorted(ends)
