"""Every table of the store, by name. Declared in the files whose names end in _tables."""

from sqlmodel import SQLModel

from syncer.store.desk_tables import (
    accounts,
    cursors,
    dead_letters,
    dirty_contacts,
    dirty_deals,
    kpi_snapshots,
    oauth_grants,
    outbox,
    runs,
)
from syncer.store.ledger_tables import (
    company_states,
    contact_states,
    cycles,
    deal_spans,
    deal_states,
    stage_events,
)
from syncer.store.mirror_tables import (
    activities,
    addresses,
    aliases,
    answers,
    changes,
    companies,
    contacts,
    costs,
    deals,
    evidence,
    links,
    orphans,
    owners,
    stages,
)
from syncer.store.story_tables import stories
from syncer.store.visit_tables import visits

#: All tables, as migrations must produce them.
metadata = SQLModel.metadata

__all__ = [
    "accounts",
    "activities",
    "addresses",
    "aliases",
    "answers",
    "changes",
    "companies",
    "company_states",
    "contact_states",
    "contacts",
    "costs",
    "cursors",
    "cycles",
    "dead_letters",
    "deal_spans",
    "deal_states",
    "deals",
    "dirty_contacts",
    "dirty_deals",
    "evidence",
    "kpi_snapshots",
    "links",
    "metadata",
    "oauth_grants",
    "orphans",
    "outbox",
    "owners",
    "runs",
    "stage_events",
    "stages",
    "stories",
    "visits",
]
