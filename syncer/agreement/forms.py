"""Texts of a certain form: the pattern that each has to match, and what people are told that it should be."""

from collections.abc import Mapping
from typing import Final

IDENT: Final = r"^[A-Za-z][A-Za-z0-9_.-]*$"
BUSINESS_TIME: Final = r"^[1-9]\d{0,4}(m|h|bd)$"
OPENING: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
CLOSING: Final = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"
_DAY: Final = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
WEEKDAYS: Final = rf"^{_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*$"
MULTIPLE: Final = r"^[1-9]\d?x$"
CURRENCY: Final = r"^[A-Z]{3}$"
PROPERTY: Final = r"^[a-z][a-z0-9_]{0,99}$"
#: Anchor, days added to it, days after the decision where it is unknown; or days after the decision alone.
RETURN: Final = (
    r"^(?:(stated_date|contract_end|start_of_next_fiscal_year)(?:\s*([+-]\s*\d{1,4})d)?"
    r"(?:\s*\|\s*\+(\d{1,4})d)?|\+(\d{1,4})d)$"
)

FORMS: Final[Mapping[str, str]] = {
    IDENT: "should be a name of A-Z, a-z, 0-9, _, . and - that begins with a letter",
    BUSINESS_TIME: "should be business time such as 60m, 8h or 2bd",
    OPENING: "should be a time of day such as 09:00",
    CLOSING: "should be a time of day such as 18:00, at the latest 24:00",
    WEEKDAYS: "should be days such as Mon-Fri or Mon-Thu,Sat",
    MULTIPLE: "should be a multiple such as 1x or 2x",
    CURRENCY: "should be a currency such as EUR",
    PROPERTY: "should be a property's name of a-z, 0-9 and _ that begins with a letter",
    RETURN: (
        "should be a day of return such as +90d, stated_date | +90d, contract_end - 120d or start_of_next_fiscal_year"
    ),
}
