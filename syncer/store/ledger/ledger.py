"""The ledger: what was decided. History is append-only; a changed decision closes old rows and adds new ones."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from syncer.funnel.facts import CompanyDecision, ContactDecision, Cycle, DealDecision, DealSpan, StageEvent
from syncer.funnel.stays import Stays
from syncer.moments import Millis
from syncer.records import Kind
from syncer.store import tables
from syncer.store.ledger import ledger_reads, stays
from syncer.store.ledger.company_cycles import companies_alone, companies_with_cycles, deals_alone, save_company_cycles
from syncer.store.ledger.contact_ledger import save_contacts
from syncer.store.ledger.deal_ledger import save_companies, save_deals
from syncer.store.rows.marks import clear, hold
from syncer.store.values import CompanyState, ContactState, DealState, Dirty, Saved

_STATES = {Kind.CONTACT: tables.contact_states, Kind.DEAL: tables.deal_states, Kind.COMPANY: tables.company_states}


class Ledger:
    """Reads and writes of decisions in one transaction. `None` for ids means all; streams come in the order of ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save_deals(self, account: str, decisions: Iterable[DealDecision], *, now: Millis, agreement: str) -> Saved:
        """Write decisions on deals; return what changed, and what was refused for an amount that does not fit."""
        return save_deals(self._connection, account, decisions, now=now, agreement=agreement)

    def save_contacts(
        self, account: str, decisions: Iterable[ContactDecision], *, now: Millis, agreement: str
    ) -> Sequence[str]:
        """Write decisions on contacts; return those about whom anything but the due time changed."""
        return save_contacts(self._connection, account, decisions, now=now, agreement=agreement)

    def save_companies(self, account: str, decisions: Iterable[CompanyDecision], now: Millis) -> Sequence[str]:
        """Write decisions on companies; return those whose place changed."""
        return save_companies(self._connection, account, decisions, now=now)

    def companies_alone(self, account: str, deal_ids: Collection[str]) -> set[str]:
        """Return the companies of those of the deals that have no contact, as decided so far."""
        return companies_alone(self._connection, account, deal_ids)

    def deals_alone(self, account: str, company_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return by company its deals that have no contact, as decided so far."""
        return deals_alone(self._connection, account, company_ids)

    def companies_with_cycles(self, account: str, company_ids: Collection[str] | None) -> set[str]:
        """Return those of the companies, or of all, in whose own name cycles stand."""
        return companies_with_cycles(self._connection, account, company_ids)

    def save_company_cycles(
        self, account: str, cycles: Mapping[str, Sequence[Cycle]], *, now: Millis, agreement: str
    ) -> None:
        """Make the cycles in each company's name those given; one with none has none any more."""
        save_company_cycles(self._connection, account, cycles, now=now, agreement=agreement)

    def stays(self, account: str) -> Stays:
        """Return how long won deals stayed in each stage, as kept last."""
        return stays.stays(self._connection, account)

    def keep_stays(self, account: str, kept: Stays) -> None:
        """Make the figures on how long won deals stayed exactly those given."""
        stays.keep_stays(self._connection, account, kept)

    def won_spans(self, account: str) -> Iterator[Sequence[DealSpan]]:
        """Yield the spans in force of every deal that was ever won, deal by deal."""
        return stays.won_spans(self._connection, account)

    def open_deals(self, account: str) -> Collection[str]:
        """Return the deals that are open or postponed."""
        return stays.open_deals(self._connection, account)

    def hold_dirty(self, account: str, dirty: Dirty) -> None:
        """Mark what `facts.dirty` found due, until `clear_dirty`: a process may end between two of its commits."""
        hold(self._connection, account, dirty)

    def clear_dirty(self, account: str, dirty: Dirty) -> None:
        """Take off the marks that `facts.dirty` saw, and with `full` all of them; later marks stay.

        To clear a part, give a copy with fewer ids.
        """
        clear(self._connection, account, dirty)

    def decided_since(self, account: str, kind: Kind, since: Millis | None) -> Iterator[str]:
        """Yield the ids of records about which something was decided otherwise since a moment; all for None."""
        return ledger_reads.decided_since(self._connection, _STATES[kind], account, since)

    def hottest(self, account: str, number: int) -> Sequence[str]:
        """Return the open contacts of highest priority, highest first."""
        return ledger_reads.hottest(self._connection, account, number)

    def states(self, account: str, ids: Collection[str] | None = None) -> Iterator[ContactState]:
        """Yield where contacts stand now, with their scores."""
        return ledger_reads.states(self._connection, account, ids)

    def deal_states(self, account: str, ids: Collection[str] | None = None) -> Iterator[DealState]:
        """Yield where deals stand now: the latest span of each and what stands over all."""
        return ledger_reads.deal_states(self._connection, account, ids)

    def deal_decisions(self, account: str, ids: Collection[str] | None = None) -> Iterator[DealDecision]:
        """Yield the decisions on deals in force, with all their spans."""
        return ledger_reads.deal_decisions(self._connection, account, ids)

    def company_states(self, account: str, ids: Collection[str] | None = None) -> Iterator[CompanyState]:
        """Yield where companies stand now."""
        return ledger_reads.company_states(self._connection, account, ids)

    def events(self, account: str, contact_id: str, known_at: Millis) -> Sequence[StageEvent]:
        """Return a contact's stage events by cycle and order, as we knew them at a moment."""
        return ledger_reads.events(self._connection, account, contact_id, known_at)

    def cycles(self, account: str, contact_id: str, known_at: Millis) -> Sequence[Cycle]:
        """Return a contact's cycles in order, as we knew them at a moment."""
        return ledger_reads.cycles(self._connection, account, contact_id, known_at)
