"""Finds in the source what a person is told when something is wrong, so that a test can hold all of it to a claim."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

from syncer import errors

ROOT = Path(__file__).resolve().parents[1]
#: Where a fact stands in a found text.
FACT = "\0"
#: Exceptions whose first argument is what a person reads.
_ERRORS = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.SyncerError)}
#: Faults of ours: whoever sees one reports it as it is.
_OURS = {"Bug"}
_TOLD = {"message", "hint", "what", "remedy"}
_TELLING = {"Problem", "Finding", *_ERRORS} - _OURS
#: Ours that make a problem of a place and a text.
_PASSING = {"problem", "refuse", "LineError", "_unusable", "_refusal", "_refused", "_problem"}
#: Ours that take the text last, behind the names of its place.
_PLACING = {"fault"}
#: Who yields pairs of a message and its hint.
_PAIRING = (ROOT / "connectors" / "sandbox" / "csv_portal" / "check.py", ROOT / "jobs" / "health" / "readiness.py")
#: Whose tables by code hold pairs of a message and its hint.
_TABLES = ROOT / "syncer" / "store" / "engines"
#: Whose ValueErrors a person reads as they are.
_CELLS = (ROOT / "mappings" / "cells.py", ROOT / "connectors" / "sandbox" / "csv_portal" / "values.py")

Known = Mapping[str, Sequence[ast.expr]]


def told_in(path: Path) -> set[str]:
    """Return the texts of a file that become messages, hints, findings and remedies."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = _assigned(tree)
    telling = {*_TELLING, *_PASSING, *_PLACING, *(["ValueError"] if path in _CELLS else [])}
    calls = (one for one in ast.walk(tree) if isinstance(one, ast.Call))
    told = {text for call in calls if _name(call) in telling for text in _of_call(call, known)}
    tabled = _tabled(tree, known) if path.parent == _TABLES else set()
    return told | tabled | (_paired(tree, known) if path in _PAIRING else set())


def _tabled(tree: ast.AST, known: Known) -> set[str]:
    rows = (one.values for one in ast.walk(tree) if isinstance(one, ast.Dict))
    pairs = (one for row in rows for one in row if isinstance(one, ast.Tuple))
    return {text for pair in pairs for part in pair.elts for text in _texts(part, known)}


def _paired(tree: ast.AST, known: Known) -> set[str]:
    pairs = (one.value for one in ast.walk(tree) if isinstance(one, ast.Yield) and isinstance(one.value, ast.Tuple))
    return {text for pair in pairs for part in pair.elts for text in _texts(part, known)}


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _of_call(call: ast.Call, known: Known) -> Iterator[str]:
    parts = [keyword.value for keyword in call.keywords if keyword.arg in _TOLD]
    parts += call.args[-1:] if _name(call) in _PLACING else call.args if _name(call) in _PASSING else call.args[:1]
    yield from (text for part in parts for text in _texts(part, known) if re.search(r"[a-z]{2}", text))


def _texts(part: ast.expr, known: Known) -> Iterator[str]:
    match part:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield from map("".join, product(*(_pieces(one, known) for one in values)))
        case ast.Call(func=ast.Name(id="plural"), args=[_, *words]):
            yield from (f"{FACT} {text}" for word in words for text in _texts(word, known))
        case ast.Call(func=ast.Attribute(attr="format", value=template)):
            yield from (re.sub(r"\{\w*\}", FACT, text) for text in _texts(template, known))
        case _:
            yield from (text for one, rest in _behind(part, known) for text in _texts(one, rest))


def _pieces(part: ast.expr, known: Known) -> Sequence[str]:
    """Return what a part of an f-string may say: its text, a fact, or a count with either of its words."""
    if isinstance(part, ast.Constant):
        return [str(part.value)]
    value = part.value if isinstance(part, ast.FormattedValue) else part
    meant = known.get(value.id, ()) if isinstance(value, ast.Name) else (value,)
    counts = [one for one in meant if isinstance(one, ast.Call) and _name(one) == "plural"]
    return [text for one in counts for text in _texts(one, known)] or [FACT]


def _behind(part: ast.expr, known: Known) -> Iterator[tuple[ast.expr, Known]]:
    """Yield what an expression may stand for, each with the names that it may use."""
    match part:
        case ast.IfExp(body=body, orelse=otherwise):
            yield from ((body, known), (otherwise, known))
        case ast.BoolOp(values=values):
            yield from ((one, known) for one in values)
        case ast.Name(id=name):
            rest = {key: value for key, value in known.items() if key != name}
            yield from ((one, rest) for one in known.get(name, ()))
        case ast.Subscript(value=ast.Name(id=name)):
            tables = (one for one in known.get(name, ()) if isinstance(one, ast.Dict))
            yield from ((one, known) for table in tables for one in table.values)


def _assigned(tree: ast.AST) -> Known:
    found: dict[str, list[ast.expr]] = {}
    for one in ast.walk(tree):
        targets = one.targets if isinstance(one, ast.Assign) else [one.target] if isinstance(one, ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Name) and one.value is not None:
                found.setdefault(target.id, []).append(one.value)
    return found
