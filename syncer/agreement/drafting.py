"""A draft of the next version: the file with some numbers changed, its signatures taken out, everything else kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import yaml

from syncer.agreement.diff import content_of
from syncer.agreement.load import parse_agreement
from syncer.agreement.splicing import Position, last_end, spliced
from syncer.agreement.tree import Node, Plain, read_document

#: Columns after which a value goes on in the next line.
_WIDTH = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """One part of the content and its new value. Items of lists are named by their id."""

    path: tuple[str, ...]
    value: float | str | None


def drafted(text: str, file: str, edits: Sequence[Edit]) -> str:
    """Return the text of an unsigned draft with both versions raised; AgreementError where the file itself is wrong.

    A file that leaves an edited part to the default is written out whole, without its comments.
    """
    old = parse_agreement(text, file)
    wanted = [
        *edits,
        Edit(path=("agreement", "version"), value=old.version + 1),
        Edit(path=("score_model", "version"), value=old.score_model.version + 1),
        *([] if old.score_model.approved_by is None else [Edit(path=("score_model", "approved_by"), value=None)]),
    ]
    content = cast("dict[str, Plain]", dict(content_of(old)))
    for edit in wanted:
        _set(content, edit)
    changed = _in_place(text, file, wanted)
    if changed is not None and content_of(parse_agreement(changed, file)) == content:
        return changed
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _set(content: dict[str, Plain], edit: Edit) -> None:
    part: Plain = content
    for name in edit.path[:-1]:
        part = _inside(part, name)
    cast("dict[str, Plain]", part)[edit.path[-1]] = edit.value


def _inside(part: Plain, name: str) -> Plain:
    if isinstance(part, list):
        return next(one for one in part if isinstance(one, Mapping) and one.get("id") == name)
    return cast("dict[str, Plain]", part)[name]


def _in_place(text: str, file: str, edits: Sequence[Edit]) -> str | None:
    """Return the text with the values replaced where they stand; None where it does not hold them all."""
    root = read_document(text, file).root
    found = [(_node(root, edit.path), _written(edit.value)) for edit in edits]
    signed = _node(root, ("agreement", "signed"))
    places: list[tuple[Position, Position, str]] = []
    for node, value in [*found, *([] if signed is None or not signed.items else [(signed, "[]")])]:
        if node is None:
            return None
        places.append(((node.place.line, node.place.column), last_end(node), value))
    # From the end, so that what stands before keeps its place.
    for start, end, value in sorted(places, reverse=True):
        text = spliced(text, start, end, value)
    return text


def _node(root: Node, path: Sequence[str]) -> Node | None:
    node: Node | None = root
    for name in path:
        if node is not None and node.items is not None:
            node = next((one for one in node.items if (ident := one.child("id")) and ident.scalar == name), None)
        else:
            node = None if node is None else node.child(name)
    return node


def _written(value: float | str | None) -> str:
    return "null" if value is None else f"{value:g}" if isinstance(value, float | int) else value
