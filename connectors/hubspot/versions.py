"""Where each API family lives: one version a family, overridable, and every path in one place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from urllib.parse import quote

from syncer.errors import ConfigError, Problem

CURRENT = "2026-09"
#: The key that sets the version of every family in FOLLOWING.
DEFAULT = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Versions:
    """The version of each API family, as it stands in paths."""

    objects: str = CURRENT
    associations: str = CURRENT
    properties: str = CURRENT
    pipelines: str = CURRENT
    owners: str = CURRENT
    account_info: str = CURRENT
    campaigns: str = CURRENT
    currencies: str = CURRENT
    events: str = CURRENT
    exports: str = CURRENT
    oauth: str = CURRENT
    #: Known of 2026-03 with certainty, told of 2026-09 (2026-11).
    journal: str = "2026-03"
    #: Dated paths of forms are betas only.
    forms: str = "v3"
    #: No dated successor is known of these two (2026-11).
    form_submissions: str = "v1"
    email_events: str = "v1"

    def list_objects(self, stream: str) -> str:
        """Path of the full list of an object type."""
        return f"{_crm(self.objects, 'objects')}/{stream}"

    def batch_read(self, stream: str) -> str:
        """Path that reads up to 100 records by id."""
        return f"{self.list_objects(stream)}/batch/read"

    def batch_update(self, stream: str) -> str:
        """Path that updates up to 100 records by id."""
        return f"{self.list_objects(stream)}/batch/update"

    def batch_archive(self, stream: str) -> str:
        """Path that archives up to 100 records by id."""
        return f"{self.list_objects(stream)}/batch/archive"

    def search(self, stream: str) -> str:
        """Path of an object type's search."""
        return f"{self.list_objects(stream)}/search"

    def links(self, from_stream: str, to_stream: str) -> str:
        """Path that reads the associations of up to 1,000 records."""
        return f"{_crm(self.associations, 'associations')}/{from_stream}/{to_stream}/batch/read"

    def list_properties(self, stream: str) -> str:
        """Path of an object type's properties."""
        return f"{_crm(self.properties, 'properties')}/{stream}"

    def property(self, stream: str, name: str) -> str:
        """Path of one property of an object type."""
        return f"{self.list_properties(stream)}/{quote(name, safe='')}"

    def list_groups(self, stream: str) -> str:
        """Path of an object type's property groups."""
        return f"{self.list_properties(stream)}/groups"

    def list_pipelines(self, stream: str) -> str:
        """Path of an object type's pipelines."""
        return f"{_crm(self.pipelines, 'pipelines')}/{stream}"

    def list_owners(self) -> str:
        """Path of the owners."""
        return _crm(self.owners, "owners")

    def account(self) -> str:
        """Path of the account's own facts."""
        return f"/account-info/{self.account_info}/details"

    def export(self) -> str:
        """Path that orders an export."""
        return f"{_crm(self.exports, 'exports')}/export/async"

    def export_status(self, task: str) -> str:
        """Path that tells how an export stands."""
        return f"{self.export()}/tasks/{quote(task, safe='')}/status"

    def token(self) -> str:
        """Path that gives and renews tokens of an OAuth app."""
        return f"/oauth/{self.oauth}/token"

    def journal_file(self, after: str | None) -> str:
        """Path that names the file after an offset, without one the earliest."""
        place = "earliest" if after is None else f"offset/{quote(after, safe='')}/next"
        return f"/webhooks-journal/journal/{self.journal}/{place}"

    def journal_subscriptions(self) -> str:
        """Path of what an app's journal tells of."""
        return f"/webhooks-journal/subscriptions/{self.journal}"

    def list_campaigns(self) -> str:
        """Path of the campaign list."""
        if is_dated(self.campaigns):
            return f"/marketing/campaigns/{self.campaigns}"
        return f"/marketing/{self.campaigns}/campaigns"

    def exchange_rates(self) -> str:
        """Path of the account's exchange rates."""
        if is_dated(self.currencies):
            return f"/settings/currencies/{self.currencies}/exchange-rates"
        return f"/settings/{self.currencies}/currencies/exchange-rates"

    def list_forms(self) -> str:
        """Path of the form list."""
        if is_dated(self.forms):
            return f"/marketing/forms/{self.forms}"
        return f"/marketing/{self.forms}/forms"

    def submissions(self, form_id: str) -> str:
        """Path of one form's submissions, newest first."""
        return f"/form-integrations/{self.form_submissions}/submissions/forms/{form_id}"

    def mail_events(self) -> str:
        """Path of marketing e-mail events."""
        return f"/email/public/{self.email_events}/events"

    def occurrences(self) -> str:
        """Path of page views and custom events."""
        if is_dated(self.events):
            return f"/events/event-occurrences/{self.events}"
        return f"/events/{self.events}/events"


#: The numbered version whose paths and shapes are known, by family.
NUMBERED: Mapping[str, str] = {
    "associations": "v4",
    "journal": "v4",
    "form_submissions": "v1",
    "email_events": "v1",
}
#: Families without dated paths.
UNDATED = frozenset({"form_submissions", "email_events"})
#: Families that `default` moves: forms have betas only, and OAuth's dated path is known of 2026-09 alone (2026-11), the
#: journal's of 2026-03.
FOLLOWING = tuple(name for name in asdict(Versions()) if name not in UNDATED | {"forms", "oauth", "journal"})
_DATED = re.compile(r"20\d\d-(03|09)(-beta)?")


def app_webhooks(app_id: int) -> str:
    """Path of a legacy public app's webhooks, in the version that the official client speaks (12.0).

    It belongs to the app, not to an account, and is called to set up, never to run.
    """
    return f"/webhooks/{numbered('webhooks')}/{app_id}"


def is_dated(version: str) -> bool:
    """Return whether a version is a date instead of a number."""
    return _DATED.fullmatch(version) is not None


def _crm(version: str, family: str) -> str:
    return f"/crm/{family}/{version}" if is_dated(version) else f"/crm/{version}/{family}"


def numbered(family: str) -> str:
    """Return the numbered version of a family that its code can speak."""
    return NUMBERED.get(family, "v3")


def versions_with(overrides: Mapping[str, str] | None) -> Versions:
    """Return the default versions with some families overridden. Raises ConfigError that lists every fault."""
    chosen = dict(overrides or {})
    known = [field.name for field in fields(Versions)]
    problems = [problem for name, version in sorted(chosen.items()) if (problem := _fault(name, version, known))]
    if problems:
        raise ConfigError(problems)
    common = chosen.pop(DEFAULT, None)
    moved = {} if common is None else dict.fromkeys(FOLLOWING, common)
    return replace(Versions(), **(moved | chosen))


def _fault(name: str, version: str, known: Sequence[str]) -> Problem | None:
    key = f"versions.{name}"
    if name == DEFAULT:
        hint = f"a date such as {CURRENT}; numbered versions are named family by family"
        return None if is_dated(version) else Problem(message="no dated version", key=key, hint=hint)
    if name not in known:
        return Problem(message="unknown API family", key=key, hint=f"one of {', '.join(sorted((*known, DEFAULT)))}")
    if version == numbered(name) or (is_dated(version) and name not in UNDATED):
        return None
    allowed = numbered(name) if name in UNDATED else f"{numbered(name)}, or a date such as {CURRENT}"
    return Problem(message="a version that this family does not have", key=key, hint=f"allowed: {allowed}")
