"""After a bad day with every kind of fault, the log holds no secret and nobody's data, in either form."""

import pytest

from bench.kill_world import bad_day
from tests.e2e.daemons import Daemon

SECRET, PASSWORD = "9b1deb4d-secret-of-the-app", "correct-horse-battery"
TOKEN = "pat-na1-0a1b2c3d-secret"
_PERSONAL = {
    "contacts": ("email", "firstname", "lastname", "phone", "mobilephone"),
    "companies": ("name", "domain", "phone"),
    "deals": ("dealname",),
    "notes": ("hs_note_body",),
    "calls": ("hs_call_title", "hs_call_body"),
    "meetings": ("hs_meeting_title", "hs_meeting_body"),
}


def _words(portal) -> set[str]:
    """Return everything personal in the portal; short words would be found in any text."""
    values = {
        row.properties.get(name, "")
        for kind, names in _PERSONAL.items()
        for row in portal.tables[kind].rows.values()
        for name in names
    }
    owners = {part for owner in portal.owners.values() for part in (owner.email, owner.last_name) if part}
    return {word for word in values | owners if len(word) > 5}


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_bad_day_leaves_no_trace_of_anybody_in_the_log(serve, tmp_path, form):
    crm = serve(contacts=30, faults=bad_day(7, 0.08))
    (tmp_path / "syncer.yaml").write_text(
        "accounts: {hubspot: {tier: unlimited, write_back: {handover: task}}}\n", encoding="utf-8"
    )
    daemon = Daemon(
        tmp_path,
        HUBSPOT_BASE_URL=crm.server.base_url,
        HUBSPOT_ACCESS_TOKEN=TOKEN,
        HUBSPOT_CLIENT_SECRET=SECRET,
        SYNCER_DASHBOARD_PASSWORD=PASSWORD,
        SYNCER_LOG=form,
        PYTHONWARNINGS="default",
    )
    said = []
    for command in ("setup --apply", "sync", "reconcile --apply"):
        done = daemon.call(*command.split())
        said.append(done.stderr)
    log = "\n".join(said)
    assert "run_started" in log
    assert len(crm.server.server.fate.dealt) > 4
    found = {word for word in _words(crm.portal) | {TOKEN, SECRET, PASSWORD} if word in log}
    assert found == set()
    assert "Traceback" not in log
