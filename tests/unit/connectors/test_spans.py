"""What a trace says of a call: the API's words stay, everything else of a path goes."""

import pytest

from connectors.hubspot.versions import Versions, app_webhooks
from connectors.spans import template_of

VERSIONS = Versions()


@pytest.mark.parametrize(
    ("path", "template"),
    [
        (VERSIONS.batch_read("contacts"), "/crm/objects/2026-09/contacts/batch/read"),
        (VERSIONS.list_objects("2-1234567"), "/crm/objects/2026-09/{id}"),
        (VERSIONS.export_status("97421"), "/crm/exports/2026-09/export/async/tasks/{id}/status"),
        (VERSIONS.submissions("6ef8b1a2-1c2d-4e5f-8a9b-0c1d2e3f4a5b"), "/form-integrations/v1/submissions/forms/{id}"),
        (VERSIONS.journal_file("b3A9=="), "/webhooks-journal/journal/2026-03/offset/{id}/next"),
        (f"{app_webhooks(815)}/subscriptions/7", "/webhooks/v3/{id}/subscriptions/{id}"),
        ("/crm/v3/objects/feedback_submissions", "/crm/v3/objects/feedback_submissions"),
        ("/crm/v3/objects/contacts/anna%40firma.example?idProperty=email", "/crm/v3/objects/contacts/{id}"),
        ("/contacts/Weber", "/contacts/{id}"),
    ],
)
def test_ids_addresses_and_queries_are_no_part_of_a_template(path, template):
    assert template_of(path) == template
