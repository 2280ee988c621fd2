"""Sizes and places of the generated portal: which record has which id and who belongs to whom, without any table.

Every answer is arithmetic on indexes, so that a portal of any size streams in constant memory.
"""

from dataclasses import dataclass
from typing import Final

from connectors.sandbox.generate.dice import Dice, dice_for
from syncer.moments import DAY, Millis

#: How far back the portal's life goes.
LIFE: Final = 548 * DAY
#: Of every five deals four are new business; the fifth is an expansion at the fourth's customer.
GROUP: Final = 5
FORCED_WIN: Final = 3
EXPANSION: Final = 4

_CONTACT_BASE = 10_000_001
_MERGED_BASE = 90_000_001
_COMPANY_BASE = 5_000_000_001
_DEAL_BASE = 20_000_000_001
_ACTIVITY_BASE = 300_000_000_000
#: Ids kept free for the activities of one contact.
ACTIVITY_ROOM: Final = 1_000
#: A few companies have very many contacts, most have a handful.
_CROWDING = 1.6

#: Kinds of draw, one stream of chance each.
OWNER_DRAW, COMPANY_DRAW, CONTACT_DRAW, DEAL_DRAW, CAMPAIGN_DRAW, FORM_DRAW = range(1, 7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What was asked for."""

    contacts: int
    companies: int
    deals: int
    seed: int
    #: The portal's last moment.
    today: Millis

    def dice(self, kind: int, index: int) -> Dice:
        """Return the draws of one record."""
        return dice_for(self.seed, kind, index)

    @property
    def born(self) -> Millis:
        """Return the portal's first moment."""
        return Millis(self.today - LIFE)

    def company_of(self, contact: int) -> int:
        """Return the index of the company that a contact would work for; contacts of one company are neighbours."""
        return int(self.companies * (contact / self.contacts) ** _CROWDING)

    def contacts_of(self, company: int) -> range:
        """Return the indexes of the contacts that would work for a company."""
        return range(self._first_contact(company), self._first_contact(company + 1))

    def deals_of(self, contact: int) -> range:
        """Return the indexes of the deals that start with a contact."""
        first = -(-contact * self.deals // self.contacts)
        return range(first, -(-(contact + 1) * self.deals // self.contacts))

    def _first_contact(self, company: int) -> int:
        """Return the first contact whose company is this one or a later one; rounding is put right by looking."""
        place = int(self.contacts * (company / self.companies) ** (1 / _CROWDING))
        while place > 0 and self.company_of(place - 1) >= company:
            place -= 1
        while place < self.contacts and self.company_of(place) < company:
            place += 1
        return place


def contact_id(index: int) -> str:
    """Return a contact's record id."""
    return str(_CONTACT_BASE + index)


def merged_id(index: int) -> str:
    """Return the id of a record that was merged into contact `index`; no line carries it."""
    return str(_MERGED_BASE + index)


def company_id(index: int) -> str:
    """Return a company's record id."""
    return str(_COMPANY_BASE + index)


def deal_id(index: int) -> str:
    """Return a deal's record id."""
    return str(_DEAL_BASE + index)


def activity_id(contact: int, number: int) -> str:
    """Return the id of a contact's activity by its place among the contact's own."""
    return str(_ACTIVITY_BASE + contact * ACTIVITY_ROOM + number)
