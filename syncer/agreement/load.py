"""The agreement file into an agreement: every problem at once, with its line. `in_force` looks at the signatures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path as FilePath
from typing import cast

from syncer.agreement.check import faults_of
from syncer.agreement.findings import Fault, is_inside
from syncer.agreement.head import Role
from syncer.agreement.model import Agreement
from syncer.agreement.structure import read_model
from syncer.agreement.tree import Document, Plain, read_document
from syncer.errors import AgreementError, Problem

_DEFAULT = "default.yaml"
#: Keys that came after files had been signed, in the order in which they came. What both teams signed without the
#: last of them runs on without those.
_LATER: Sequence[tuple[str, str]] = (
    ("stages", "accepted_answers"),
    ("stages", "rejected_answers"),
    ("stages", "repeated_visits"),
)
_UNREADABLE: Mapping[type[OSError], str] = {
    IsADirectoryError: "a folder has its name: name a file",
    PermissionError: "give this user the right to read it",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class InForce:
    """The agreement that runs, and what every report says about it."""

    agreement: Agreement
    #: `unsigned default`, or None for a signed file.
    notice: str | None = None


def load_agreement(path: FilePath) -> Agreement:
    """Return the agreement in a file, signed or not; AgreementError lists everything that is wrong with it."""
    return parse_agreement(read_text(path), str(path))


def parse_agreement(text: str, file: str) -> Agreement:
    """Return the agreement that a text holds; `file` is what problems name."""
    document = read_document(text, file)
    agreement, structural = read_model(document, _default_data())
    problems = [*document.problems, *structural, *_own(faults_of(agreement), document, structural)]
    if problems:
        raise AgreementError(sorted(problems, key=lambda problem: problem.line or 0))
    return _as_signed(agreement, document)


def _as_signed(agreement: Agreement, document: Document) -> Agreement:
    """Return what both teams signed before a release added keys, where they did: such keys are off in it."""
    if not (agreement.agreement.signed and agreement.missing_signatures):
        return agreement
    earlier = (read_model(document, _earlier_data(known))[0] for known in reversed(range(len(_LATER))))
    return next((one for one in earlier if not one.missing_signatures), agreement)


@cache
def load_default() -> Agreement:
    """Return the packaged agreement: what runs while there is no file."""
    return parse_agreement(default_text(), _DEFAULT)


@cache
def default_text() -> str:
    """Return the packaged file with its comments: what `syncer init` writes."""
    return resources.files("syncer.agreement").joinpath(_DEFAULT).read_text(encoding="utf-8")


def in_force(path: FilePath | None) -> InForce:
    """Return the agreement that may run: the default without a file, else the file once both teams signed it."""
    if path is None or not path.exists():
        return InForce(agreement=load_default(), notice="unsigned default")
    text = read_text(path)
    agreement = parse_agreement(text, str(path))
    if agreement.missing_signatures:
        document = read_document(text, str(path))
        raise AgreementError([_unsigned(agreement, role, document) for role in agreement.missing_signatures])
    return InForce(agreement=agreement)


def read_text(path: FilePath, otherwise: str = "syncer init writes one") -> str:
    """Return the text of a file; AgreementError where it cannot be read as UTF-8. `otherwise` is the common remedy."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        hint = _UNREADABLE.get(type(error), otherwise)
        problem = Problem(message=f"cannot be read: {error.strerror}", file=str(path), hint=hint)
        raise AgreementError([problem]) from error
    except UnicodeDecodeError as error:
        raise AgreementError([Problem(message="is not UTF-8", file=str(path), hint="save it as UTF-8")]) from error


def _unsigned(agreement: Agreement, role: Role, document: Document) -> Problem:
    is_stale = any(signature.role is role for signature in agreement.agreement.signed)
    message = f"{role} signed another content: it changed after the signature" if is_stale else f"not signed by {role}"
    hint = f"syncer agreement sign --role {role} --by NAME"
    return document.problem(("agreement", "signed"), message, hint)


@cache
def _default_data() -> dict[str, Plain]:
    return cast("dict[str, Plain]", read_document(default_text(), _DEFAULT).root.plain())


@cache
def _earlier_data(known: int) -> dict[str, Plain]:
    """Return the default as it was when only so many of the later keys had come."""
    later = set(_LATER[known:])
    sections = {name: cast("dict[str, Plain]", _default_data()[name]) for name, _ in later}
    left_out = {name: {key: part[key] for key in part if (name, key) not in later} for name, part in sections.items()}
    return {**_default_data(), **left_out}


def _own(faults: Iterator[Fault], document: Document, structural: Sequence[Problem]) -> Iterator[Problem]:
    """Yield the findings on what the file itself says, without echoes of a broken part.

    The default is sound: where the file leaves a part to it, what another part takes away is merely of no use there.
    """
    keys = [problem.key or "" for problem in structural]
    for fault in faults:
        problem = document.problem(fault.path, fault.message, fault.hint)
        key = problem.key or ""
        is_echo = any(is_inside(key, one) or is_inside(one, key) for one in keys)
        is_echo |= any(is_inside(one, relied) for one in keys for relied in fault.relies_on)
        is_left_out = bool(fault.relies_on) and not fault.binds_default and not document.has(fault.path)
        if not (is_left_out or is_echo):
            yield problem
