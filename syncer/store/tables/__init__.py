"""Every table of the store, by name. Declared in the modules beside this one, by the part that writes them."""

from sqlmodel import SQLModel

from syncer.store.tables.desk import (
    accounts,
    cursors,
    dead_letters,
    dirty_companies,
    dirty_contacts,
    dirty_deals,
    kpi_snapshots,
    oauth_grants,
    outbox,
    runs,
)
from syncer.store.tables.inbox import erasure_requests, inbox, webhook_counts
from syncer.store.tables.ledger import (
    company_states,
    contact_states,
    cycles,
    deal_spans,
    deal_states,
    stage_events,
)
from syncer.store.tables.mirror import (
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
from syncer.store.tables.money import frozen_days, frozen_deals, rates
from syncer.store.tables.notices import notices
from syncer.store.tables.privacy import erasures, tombstones
from syncer.store.tables.rules import absences, stage_stays
from syncer.store.tables.stories import stories
from syncer.store.tables.visits import visits

#: All tables, as migrations must produce them.
metadata = SQLModel.metadata

__all__ = [
    "absences",
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
    "dirty_companies",
    "dirty_contacts",
    "dirty_deals",
    "erasure_requests",
    "erasures",
    "evidence",
    "frozen_days",
    "frozen_deals",
    "inbox",
    "kpi_snapshots",
    "links",
    "metadata",
    "notices",
    "oauth_grants",
    "orphans",
    "outbox",
    "owners",
    "rates",
    "runs",
    "stage_events",
    "stage_stays",
    "stages",
    "stories",
    "tombstones",
    "visits",
    "webhook_counts",
]
