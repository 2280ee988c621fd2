"""A team's signature put into the file itself, every comment and every other character kept."""

import json
import os
from datetime import date
from pathlib import Path as FilePath
from shutil import copymode
from tempfile import NamedTemporaryFile

from syncer.agreement.head import Role
from syncer.agreement.load import parse_agreement, read_text
from syncer.agreement.model import Agreement
from syncer.agreement.splicing import end_of, last_end, spliced
from syncer.agreement.tree import Node, read_document
from syncer.errors import AgreementError, Problem


def sign(path: FilePath, role: Role, by: str, at: date) -> Agreement:
    """Sign the file's content for a team and return the agreement as signed.

    A signature of the role on another content is replaced; one on this content makes an AgreementError.
    """
    if not by.strip():
        raise _refused(path, "a signature needs a name")
    text = read_text(path)
    agreement = parse_agreement(text, str(path))
    signed = agreement.agreement.signed
    index = next((number for number, one in enumerate(signed) if one.role is role), None)
    if index is not None and signed[index].content == agreement.fingerprint:
        raise _refused(path, f"{role} signed this content already")
    line = f"{{role: {role}, by: {_quoted(by)}, at: {at.isoformat()}, content: {_quoted(agreement.fingerprint)}}}"
    changed = _with_signature(text, str(path), line, index)
    try:
        result = parse_agreement(changed, str(path))
    except AgreementError as error:
        raise _refused(
            path, "the file's layout leaves no place for a signature: write agreement: {signed: []}"
        ) from error
    _replace(path, changed)
    return result


def _with_signature(text: str, file: str, line: str, replaced: int | None) -> str:
    """Return the text with one more signature, or with the one at an index replaced."""
    head = read_document(text, file).root.child("agreement")
    if head is None:
        return f"{text.rstrip()}\n\nagreement:\n  signed: [{line}]\n"
    signed = head.child("signed")
    if signed is None:
        return _into_head(text, head, line)
    if not signed.items:
        place = signed.place
        space = " " if (place.line, place.column) == end_of(place) else ""
        return spliced(text, (place.line, place.column), end_of(place), f"{space}[{line}]")
    if replaced is not None:
        old = signed.items[replaced]
        return spliced(text, (old.place.line, old.place.column), last_end(old), line)
    last = last_end(signed.items[-1])
    if signed.is_flow:
        return spliced(text, last, last, f", {line}")
    return spliced(text, last, last, f"\n{' ' * signed.place.column}- {line}")


def _into_head(text: str, head: Node, line: str) -> str:
    start = (head.place.line, head.place.column)
    if head.keys is None:
        return spliced(text, start, end_of(head.place), f" {{signed: [{line}]}}")
    if head.is_flow:
        inside = (start[0], start[1] + 1)
        return spliced(text, inside, inside, f"signed: [{line}], ")
    return spliced(text, start, start, f"signed: [{line}]\n{' ' * head.place.column}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _refused(path: FilePath, message: str) -> AgreementError:
    return AgreementError([Problem(message=message, file=str(path), key="agreement.signed")])


def _replace(path: FilePath, text: str) -> None:
    """Put the text in the file's place in one step, so that a crash leaves the old file."""
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    copymode(path, file.name)
    FilePath(file.name).replace(path)
