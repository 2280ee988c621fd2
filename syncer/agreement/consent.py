"""The section `consent`: which events are taken in only of contacts who consented, and what shows the consent."""

from typing import Literal

from syncer.agreement.base import Rule, Section


class Consent(Section):
    """What tracking needs (in Germany § 25 TDDDG); empty asks for none."""

    #: Kinds of events that are dropped on arrival, and counted, unless their contact consented.
    needed_for: tuple[Literal["page_view", "email_click"], ...] = ()
    #: Condition on the contact, that holds where consent was given.
    given: Rule = "contact.consent == 'Freely given consent from contact'"
