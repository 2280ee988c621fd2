"""The mirror: what the CRM said last. Every write keeps evidence, links, aliases and dirty marks in step."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Table, delete

from syncer.moments import Millis
from syncer.records import (
    Activity,
    ActivityKind,
    Answer,
    Change,
    Company,
    Contact,
    CostLine,
    Deal,
    Kind,
    Link,
    Owner,
    Stage,
)
from syncer.store import tables
from syncer.store.engines.dialect import Row, dialect_of
from syncer.store.mirror import looks, reads, stories
from syncer.store.mirror.activities import upsert_activities
from syncer.store.mirror.addresses import keep_addresses
from syncer.store.mirror.answers import upsert_answers
from syncer.store.mirror.archive import archive, archive_activities, archive_kinds, restore
from syncer.store.mirror.history import add_changes
from syncer.store.mirror.joins import join_arrivals
from syncer.store.mirror.known import known
from syncer.store.mirror.links import fill_companies, linked_companies, mark_ends, replace_links
from syncer.store.mirror.merges import absorb, absorbed, survivors
from syncer.store.mirror.upsert import COMPANIES, CONTACTS, COSTS, DEALS, upsert_page
from syncer.store.rows.marks import demand_full, mark, mark_companies, mark_concerned, mark_contacts, mark_deals
from syncer.store.values import Holding, Known, Upserted
from syncer.tellings import Story


class Mirror:
    """Reads and writes of the mirror in one transaction. `now` is the moment at which we learn the facts.

    Writes mark the contacts and deals concerned dirty, unless `mark_dirty` is False: a backfill demands a
    full derive instead.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def upsert_contacts(
        self, account: str, records: Sequence[Contact], now: Millis, *, mark_dirty: bool = True
    ) -> Upserted:
        """Write contacts; join the activities that waited for their address; absorb what was merged into them."""
        page = upsert_page(self._connection, CONTACTS, account, records, now)
        told = [record for record in records if record.id in page.telling]
        fill_companies(self._connection, account, [row[1] for row in page.created if row[6] is None], now)
        keep_addresses(self._connection, account, told)
        joined = join_arrivals(self._connection, account, told, now)
        if mark_dirty:
            mark_contacts(self._connection, account, {*page.telling, *joined}, with_deals=True)
            mark(self._connection, account, company_ids=set(page.upserted.moved.values()))
        self._absorb(account, Kind.CONTACT, told, now)
        return page.upserted

    def upsert_companies(
        self, account: str, records: Sequence[Company], now: Millis, *, mark_dirty: bool = True
    ) -> Upserted:
        """Write companies; they, their contacts and the deals of either are concerned."""
        page = upsert_page(self._connection, COMPANIES, account, records, now)
        if mark_dirty:
            mark_companies(self._connection, account, page.telling)
        self._absorb(account, Kind.COMPANY, [record for record in records if record.id in page.telling], now)
        return page.upserted

    def upsert_deals(self, account: str, records: Sequence[Deal], now: Millis, *, mark_dirty: bool = True) -> Upserted:
        """Write deals; they and their contacts are concerned."""
        page = upsert_page(self._connection, DEALS, account, records, now)
        if mark_dirty:
            mark_deals(self._connection, account, page.telling)
        self._absorb(account, Kind.DEAL, [record for record in records if record.id in page.telling], now)
        return page.upserted

    def upsert_activities(
        self, account: str, records: Sequence[Activity], now: Millis, *, mark_dirty: bool = True
    ) -> Upserted:
        """Write activities and one evidence row for every contact; without a contact they wait for their address."""
        upserted, concerned = upsert_activities(self._connection, account, records, now)
        if mark_dirty:
            mark_contacts(self._connection, account, concerned, with_deals=True)
        return upserted

    def upsert_stories(
        self, account: str, records: Sequence[Story], now: Millis, *, mark_dirty: bool = True
    ) -> Upserted:
        """Write stories and the changes that they tell; what they told and tell no more is taken back."""
        upserted, concerned = stories.upsert_stories(self._connection, account, records, now)
        if mark_dirty:
            mark_concerned(self._connection, account, concerned)
        return upserted

    def archive_stories(self, account: str, stream: str, ids: Collection[str], now: Millis) -> int:
        """Mark stories as gone and take back what they told; return how many were live."""
        archived, concerned = stories.archive_stories(self._connection, account, stream, ids, now)
        mark_concerned(self._connection, account, concerned)
        return archived

    def has_stories(self, account: str, stream: str) -> bool:
        """Return whether the account has any story of a stream, gone or not."""
        return stories.has_stories(self._connection, account, stream)

    def upsert_costs(self, account: str, records: Sequence[CostLine], now: Millis) -> Upserted:
        """Write cost lines."""
        return upsert_page(self._connection, COSTS, account, records, now).upserted

    def upsert_answers(self, account: str, records: Sequence[Answer], now: Millis) -> Upserted:
        """Write survey answers; whoever answered is decided anew."""
        return upsert_answers(self._connection, account, records, now)

    def replace_costs(self, account: str, lines: Sequence[CostLine], *, prefix: str, now: Millis) -> None:
        """Make the cost lines whose id starts with `prefix` exactly these."""
        looks.drop_costs(self._connection, account, prefix)
        self.upsert_costs(account, lines, now)

    def sources_of_campaigns(self, account: str) -> Mapping[str, str]:
        """Return by campaign, in lower case, the source that most of its contacts have."""
        return looks.sources_of_campaigns(self._connection, account)

    def replace_owners(self, account: str, owners: Sequence[Owner]) -> None:
        """Make the account's owners exactly these."""
        rows = [
            (account, o.id, o.email, o.first_name, o.last_name, o.user_id, o.team, 1 if o.archived else 0)
            for o in owners
        ]
        self._replace(account, tables.owners, rows)

    def replace_stages(self, account: str, stages: Sequence[Stage]) -> None:
        """Make the account's deal stages exactly these; where others were known, everything is decided anew."""
        known = set(self.stages(account))
        if known and known != set(stages):
            demand_full(self._connection, account)
        rows = [
            (
                account,
                s.pipeline_id,
                s.stage_id,
                s.pipeline_label,
                s.label,
                s.position,
                1 if s.is_closed else 0,
                s.probability,
            )
            for s in stages
        ]
        self._replace(account, tables.stages, rows)

    def replace_links(
        self,
        account: str,
        from_kind: Kind,
        to_kind: Kind,
        links: Mapping[str, Sequence[Link]],
        now: Millis,
        *,
        mark_dirty: bool = True,
    ) -> set[str]:
        """Make the links of each key exactly those given, an empty sequence meaning none; return the changed keys.

        A contact's company becomes its primary link's, else the linked one that it has, else that with the lowest id.
        """
        direction = (from_kind, to_kind)
        changed = replace_links(self._connection, account, direction, links, now)
        if mark_dirty:
            mark_ends(self._connection, account, direction, changed)
        return set(changed)

    def linked_companies(
        self, account: str, named: Mapping[str, str | None], links: Mapping[str, Sequence[Link]]
    ) -> Mapping[str, str | None]:
        """Return each contact's company by its links, given or held; without any the one that its record names."""
        return linked_companies(self._connection, account, named, links)

    def add_changes(self, account: str, changes: Sequence[Change], now: Millis, *, mark_dirty: bool = True) -> int:
        """Add property history, that of contacts also as evidence; return how many records' history changed."""
        changed = add_changes(self._connection, account, changes, now)
        if mark_dirty:
            mark_concerned(self._connection, account, changed)
        return sum(len(ids) for ids in changed.values())

    def contacts(self, account: str, ids: Collection[str]) -> Mapping[str, Contact]:
        """Return by id the contacts that the mirror holds."""
        return looks.contacts_by_id(self._connection, account, ids)

    def live(self, account: str, kind: Kind, ids: Collection[str]) -> set[str]:
        """Return those of `ids` that are neither archived nor merged away."""
        return looks.live(self._connection, account, kind, ids)

    def differing(self, account: str, kind: Kind, records: Sequence[Contact | Company | Deal]) -> Collection[str]:
        """Return the ids of the records that are new, or of which decisions would see a difference."""
        return looks.differing(self._connection, account, kind, records)

    def known(self, account: str, holding: Holding, ids: Collection[str]) -> Mapping[str, Known]:
        """Return by id what is known of the records that the mirror has, gone ones included, merged ones not."""
        return known(self._connection, account, holding, ids)

    def survivors(self, account: str, kind: Kind, ids: Collection[str]) -> Mapping[str, str]:
        """Return the survivor of every id among `ids` that was merged away."""
        return survivors(self._connection, account, kind, ids)

    def absorbed(self, account: str, kind: Kind, ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return by survivor the ids that were merged into it, of those among `ids` that are survivors."""
        return absorbed(self._connection, account, kind, ids)

    def archive(self, account: str, kind: Kind, ids: Collection[str], now: Millis) -> int:
        """Mark records as gone from the CRM; return how many were live. A later upsert brings one back."""
        return archive(self._connection, account, kind, ids, now)

    def restore(self, account: str, kind: Kind, ids: Collection[str], now: Millis) -> int:
        """Take the mark back; return how many had it. Merged records stay gone."""
        return restore(self._connection, account, kind, ids, now)

    def archive_activities(self, account: str, stream: str, ids: Collection[str], now: Millis) -> int:
        """Mark activities as gone and void their evidence; return how many were live."""
        return archive_activities(self._connection, account, stream, ids, now)

    def archive_kinds(self, account: str, stream: str, kinds: Collection[ActivityKind], now: Millis) -> int:
        """Mark a stream's activities of some kinds as gone and void their evidence; return how many were live."""
        return archive_kinds(self._connection, account, stream, kinds, now)

    def counts(self, account: str) -> Mapping[str, int]:
        """Return the number of live rows by table."""
        return reads.counts(self._connection, account)

    def totals(self, account: str, kinds: Collection[Kind]) -> Mapping[Kind, int]:
        """Return the number of live records of each kind; walks all of them."""
        return reads.totals(self._connection, account, kinds)

    def few(self, account: str, most: int) -> Mapping[str, int]:
        """Return the number of live rows of the tables that have no more than `most` rows, live or not."""
        return reads.few(self._connection, account, most)

    def held(self, account: str, kind: Kind, ids: Collection[str]) -> Mapping[str, Mapping[str, str | None]]:
        """Return by id the values that the CRM held when we last read or wrote them."""
        return reads.held(self._connection, account, kind, ids)

    def set_held(self, account: str, kind: Kind, values: Mapping[str, Mapping[str, str | None]], now: Millis) -> None:
        """Note values that a settled write left in the CRM. Marks nothing dirty: they are our own."""
        reads.set_held(self._connection, account, kind, values, now)

    def owners(self, account: str) -> Sequence[Owner]:
        """Return all owners by id, archived ones included."""
        return reads.owners(self._connection, account)

    def stages(self, account: str) -> Sequence[Stage]:
        """Return every deal stage by pipeline and position."""
        return reads.stages(self._connection, account)

    def contact(self, account: str, id_or_email: str) -> Contact | None:
        """Return the contact with an id, an id merged into it, or an e-mail address; None where there is none."""
        return reads.contact(self._connection, account, id_or_email)

    def company(self, account: str, id_: str) -> Company | None:
        """Return the company with an id or an id merged into it; None where there is none."""
        return reads.company(self._connection, account, id_)

    def deal(self, account: str, id_: str) -> Deal | None:
        """Return the deal with an id or an id merged into it; None where there is none."""
        return reads.deal(self._connection, account, id_)

    def costs(self, account: str) -> Sequence[CostLine]:
        """Return all cost lines by id."""
        return reads.costs(self._connection, account)

    def answers(self, account: str) -> Sequence[Answer]:
        """Return all survey answers by id."""
        return reads.answers(self._connection, account)

    def _replace(self, account: str, table: Table, rows: Sequence[Row]) -> None:
        self._connection.execute(delete(table).where(table.c.account == account))
        dialect_of(self._connection).append(self._connection, table, rows)

    def _absorb(
        self, account: str, kind: Kind, records: Sequence[Contact] | Sequence[Company] | Sequence[Deal], now: int
    ) -> None:
        merged = {old: record.id for record in records for old in record.merged_ids}
        if merged:
            absorb(self._connection, account, kind, merged, now)
