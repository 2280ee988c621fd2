"""What every section of the agreement shares: frozen, and an unknown key is an error."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from syncer.agreement.forms import IDENT

Grade = Literal["A", "B", "C", "D"]

#: A rule's id, an event's name, a reason's code: what reports quote.
Ident = Annotated[str, StringConstraints(pattern=IDENT, max_length=64)]

#: Text of a condition; checked against the names of its section when the file is loaded.
Rule = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


#: Ten years at most: what takes longer is a slip of the pen.
Days = Annotated[int, Field(ge=0, le=3650)]

#: A million at most: sums of such points are exact and finite.
Points = Annotated[float, Field(ge=-1_000_000, le=1_000_000)]


class Section(BaseModel):
    """One mapping of the agreement file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)
