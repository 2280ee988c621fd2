"""What the source says when something is wrong is known in German: a new message without words fails here."""

import pytest

from connectors.addresses import ALLOWED
from connectors.statuses import ADDRESS_HINT
from jobs.access.connect import _AGAIN
from jobs.settings_file import _PATTERNS, _SAID
from jobs.wording.agreement_faults import _RULES
from jobs.wording.sentences import _LAST, TABLES, _pattern, spoken
from jobs.wording.structure_faults import CONDITIONS, STRUCTURE
from syncer.sealing import Seal
from tests.messages import FACT, ROOT, told_in

#: What stands in an agreement has its own tests.
_APART = ("syncer/agreement/", "syncer/expressions/")
#: The same in both languages: commands, names and numbers.
_SAME = {
    "--state copy.db",
    "NAME",
    "amount",
    "associationChange",
    "currency",
    "day",
    "from",
    "integer",
    "kind",
    "md, json",
    "privacyDeletion",
    "propertyChange",
    "rate",
    "sessions",
    "source",
    "syncer dead-letters",
    "syncer dead-letters list",
    "syncer init",
    "syncer setup --apply",
    "to",
}
#: Put together from parts that stand elsewhere, with such a whole text.
_WHOLE = {
    f"{FACT}; base_url of the account in syncer.yaml goes first": (
        f"{ALLOWED}; base_url of the account in syncer.yaml goes first"
    ),
    f"the last round ended {FACT}": "the last round ended interrupted",
    f"a super admin of the portal may; {FACT}": f"a super admin of the portal may; {_AGAIN}",
    f"{FACT} answered {FACT}": "slack answered 404",
    f"{FACT} could not be reached": "teams could not be reached",
    f"{FACT} Is versions.oauth a version that it has?": f"{ADDRESS_HINT} Is versions.oauth a version that it has?",
    f"{FACT}, if the account's tier has the feature": (
        "grant the token the scope tickets, if the account's tier has the feature"
    ),
    f"the OAuth token{FACT} lies in the database {FACT}": (
        f"the OAuth token of portal 7 lies in the database {Seal.CLEAR.value}"
    ),
    f"deals in {FACT}, which the CRM does not list, are left out: {FACT}": (
        "deals in stage a of pipeline b, which the CRM does not list, are left out: 4"
    ),
    f"{FACT}allowed: {FACT}": "did you mean tier? allowed: limits, tier",
    f"{FACT}; {FACT} wait": "the last webhook arrived 2026-11-30T13:20:25.714Z; 3 wait",
    f"{FACT}; {FACT} waits": "the last webhook arrived 2026-11-30T13:20:25.714Z; 1 waits",
    f"{FACT}; since then rounds found {FACT} change that none told of": (
        "the last webhook arrived 2026-11-30T13:20:25.714Z; since then rounds found 1 change that none told of"
    ),
    f"{FACT}; since then rounds found {FACT} changes that none told of": (
        "the last webhook arrived 2026-11-30T13:20:25.714Z; since then rounds found 3 changes that none told of"
    ),
    f"not everything{FACT} between {FACT} and {FACT} was told": "not everything of deals between x and y was told",
}
_FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("connectors", "jobs", "mappings", "syncer")
    for path in (ROOT / folder).rglob("*.py")
)


def _is_german(text: str) -> bool:
    """Return whether a text is known with facts in their places: a name, a reason in brackets, or none."""
    tries = [_WHOLE[text]] if text in _WHOLE else [text.replace(FACT, fact) for fact in ("X1", " (X1)", "")]
    return any(_is_known(one) for one in tries)


def _is_known(text: str) -> bool:
    """Return whether sentences fit the whole text; what fits nearly everything does not count."""
    sentences = (english for table in TABLES if table is not _LAST for english, _ in table.values())
    return any(_pattern(one).fullmatch(text) for one in sentences) or (
        "; " in text and all(map(_is_known, text.split("; ")))
    )


def _untold(file: str) -> set[str]:
    return {one for one in told_in(ROOT / file) - _SAME if not _is_german(one)}


def test_messages_are_found_where_they_stand():
    assert f"account {FACT} has no access token" in told_in(ROOT / "jobs/access/credentials.py")
    assert len(set().union(*(told_in(ROOT / file) for file in _FILES))) > 300


@pytest.mark.parametrize("folder", ["connectors", "jobs", "mappings", "syncer"])
def test_every_message_and_hint_is_known_in_german(folder):
    files = [one for one in _FILES if one.startswith(f"{folder}/") and not one.startswith(_APART)]
    assert {file: left for file in files if (left := _untold(file))} == {}


def test_no_fault_of_an_agreement_hides_another_of_the_same_name():
    named = [*STRUCTURE, *CONDITIONS, *_RULES]
    assert len(named) == len(set(named))


def test_every_rule_of_a_value_in_syncer_yaml_is_known_in_german():
    assert [one for one in {*_SAID.values(), *_PATTERNS.values()} if spoken(one, "de") == one] == []
