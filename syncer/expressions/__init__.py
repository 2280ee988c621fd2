"""The language of the agreement's conditions: `company.employees in [51,500] and not lead_status == BAD_TIMING`.

Compiled to closures; user text is never evaluated as Python. Three-valued: what compares with an unknown value is
unknown, and a condition that is unknown does not hold.
"""

from syncer.expressions.compile import Condition, compile_condition
from syncer.expressions.operands import Values
from syncer.expressions.tokens import ExpressionError
from syncer.expressions.vocabulary import Name, Type, Vocabulary, untyped

__all__ = ["Condition", "ExpressionError", "Name", "Type", "Values", "Vocabulary", "compile_condition", "untyped"]
