"""Filled forms out of rows: which form, when, by whom, with what else they said."""

from collections.abc import Iterator
from typing import Final

from connectors.sandbox.csv_portal.reading import Reading
from connectors.sandbox.csv_portal.spec import ObjectSpec
from connectors.sandbox.generate.lines import Line, Properties, stamp
from connectors.sandbox.generate.words import slug
from syncer.moments import Millis

KIND: Final = "form_submissions"
#: What every filled form says: the form's name, and the address that tells whose it is.
NEEDED: Final = ("form", "email")
_PAGE: Final = "page"


class Submissions:
    """The forms that the rows of an object name, and who filled them."""

    def __init__(self, one: ObjectSpec) -> None:
        self._one = one
        #: Name → id.
        self._forms: dict[str, str] = {}

    def line(self, reading: Reading, created: Millis, properties: Properties) -> Line:
        """Return one filled form; one without a form or an address is a fault."""
        for name in NEEDED:
            if properties[name] is None:
                reading.lacking(name)
        form = properties["form"] or ""
        values = {name: value for name, value in properties.items() if name not in {"form", _PAGE}}
        return {
            "type": KIND,
            "formId": self._forms.setdefault(form, f"{slug(form) or 'form'}-{len(self._forms) + 1}"),
            "submittedAt": stamp(created),
            "pageUrl": properties.get(_PAGE),
            "values": [{"name": name, "value": value} for name, value in values.items() if value is not None],
        }

    def forms(self) -> Iterator[Line]:
        """Yield the forms that were named so far."""
        for name, identifier in self._forms.items():
            yield {"type": "forms", "id": identifier, "name": name}
