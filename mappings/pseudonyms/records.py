"""Records without people's values: which property gets which stand-in, by its type and by what reads it. Pure.

Replaced by default is every property that the CRM defines as text. What stays is named here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from mappings.activities import read_activity
from mappings.convert import CONVERTERS
from mappings.fields import ActivityMap, Definitions, FieldRule
from mappings.pseudonyms.rules import Literals, kept_alike
from mappings.pseudonyms.standins import StandIns
from mappings.raw import Raw
from syncer.agreement import Agreement
from syncer.agreement.patterns import compiled, search
from syncer.records import Kind
from syncer.writeback import write_rules

Replace = Callable[[str, str], str]

_TEXT = "string"
_IDS = re.compile(r"[\d:;.\s]+")
#: Types of field whose values are no words; a value that cannot be read as such is a text all the same.
_NO_WORDS = frozenset({"moment", "number", "integer", "money", "currency", "flag"})
#: Fields that name what the portal owns: campaigns, sources.
_PORTALS_OWN = frozenset({"source", "campaign"})
#: Fields that name one record and nothing else: two of the same name get two stand-ins.
_NAMES = frozenset({"first_name", "last_name", "name"})
_COUNTRY_CODE = 2


class Pseudonyms:
    """What people's values become in one copy.

    `types` says by stream and property how the CRM defines it; a stream that is absent is an event feed.
    """

    def __init__(
        self, key: bytes, *, definitions: Definitions, agreement: Agreement, types: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._definitions = definitions
        self._agreement = agreement
        self._types = types
        self._literals = Literals(agreement)
        self._stand_ins = StandIns(key, self._literals)
        self._tests = [compiled(pattern) for pattern in agreement.calendar.test_name_patterns]
        self._replace: dict[tuple[str, str], Replace] = {}
        #: Texts that the agreement reads otherwise in the copy than in the account.
        self.unlike = 0

    def properties(self, raw: Raw) -> dict[str, str | None]:
        """Return a record's properties without people's values."""
        found = {
            name: self.value(raw.stream, raw.id, name, text) if text else text for name, text in raw.properties.items()
        }
        if raw.stream == Kind.CONTACT and self._tests:
            self._keep_test(raw.properties, found)
        if raw.stream in self._definitions.activities:
            self._keep_event(self._definitions.activities[raw.stream], raw.properties, found)
        return found

    def value(self, stream: str, id_: str, name: str, text: str) -> str:
        """Return what one value becomes; the versions of a property go the same way as its value."""
        replace = self._replace.get((stream, name))
        if replace is None:
            replace = self._replace[stream, name] = self._chosen(stream, name)
        return replace(id_, text)

    def feed_id(self, raw: Raw) -> str:
        """Return the id of a feed's item; one that was made of an address is made anew."""
        stem = f"{raw.properties.get('form_id')}-{raw.properties.get('submitted_at')}-"
        return f"{stem}{self._stand_ins.code('item', raw.id)}" if raw.id.startswith(stem) else raw.id

    def address(self, text: str) -> str:
        """Return what an address becomes wherever it stands."""
        return self._stand_ins.address(text)

    def name(self, id_: str, part: str) -> str:
        """Return a part of a person's name."""
        return self._stand_ins.word(part, id_)

    def _chosen(self, stream: str, name: str) -> Replace:
        known = self._types.get(stream)
        if stream in set(Kind):
            return self._of_object(Kind(stream), name, (known or {}).get(name))
        if stream in self._definitions.activities:
            return self._of_activity(self._definitions.activities[stream], name, known)
        return self._scrubbed

    def _of_object(self, kind: Kind, name: str, kind_of_value: str | None) -> Replace:
        rule = self._rules[kind].get(name)
        # Addresses are people's whatever the CRM calls their type: further ones are an enumeration.
        if rule is not None and rule.type in {"email", "emails"}:
            return self._addresses
        if kind_of_value not in {_TEXT, None} or name in self._codes[kind]:
            return _same
        if rule is None:
            subjects = {rollup.subject for rollup in self._definitions.objects[kind].rollups}
            return self._scrubbed if name in subjects else self._unless_number
        return self._of_rule(kind, rule)

    def _of_rule(self, kind: Kind, rule: FieldRule) -> Replace:
        if rule.name in _PORTALS_OWN:
            return self._scrubbed
        if rule.name == "lost_reason":
            return self._reason
        if rule.name == "domain":
            return lambda _, text: self._stand_ins.domain(text)
        if rule.name in _NAMES:
            return self._named(kind, rule.name)
        return self._by_type(rule.type)

    def _by_type(self, kind_of_field: str) -> Replace:
        convert = CONVERTERS[kind_of_field]

        def replace(_: str, text: str) -> str:
            return text if _says_no_word(kind_of_field, convert, text) else self._phrase(text)

        return replace

    def _named(self, kind: Kind, part: str) -> Replace:
        def replace(id_: str, text: str) -> str:
            if part == "name":
                return text if text in self._literals else self._stand_ins.phrase(f"{kind} name", f"{id_}:{text}")
            return self._stand_ins.word(part, f"{id_}:{text}")

        return replace

    def _of_activity(self, one: ActivityMap, name: str, known: Mapping[str, str] | None) -> Replace:
        if name in one.email:
            return lambda _, text: self._stand_ins.address(text)
        if known is None or name not in one.subject:
            return self._scrubbed
        return self._unless_number if known.get(name, _TEXT) == _TEXT else _same

    def _addresses(self, _: str, text: str) -> str:
        return ";".join(self._stand_ins.address(one) for one in text.split(";"))

    def _scrubbed(self, _: str, text: str) -> str:
        return self._stand_ins.scrubbed(text)

    def _unless_number(self, _: str, text: str) -> str:
        readable = any(_says_no_word(kind, CONVERTERS[kind], text) for kind in ("moment", "number", "flag", "ids"))
        return text if readable else self._phrase(text)

    def _phrase(self, text: str) -> str:
        return text if text in self._literals else self._stand_ins.phrase("text", text)

    def _reason(self, _: str, text: str) -> str:
        """Return the reason that the agreement reads in a free text: its code is read as itself."""
        code = self._agreement.reasons.normalise(text).code
        self.unlike += self._agreement.reasons.normalise(code).code != code
        return code

    def _keep_test(self, before: Mapping[str, str | None], after: dict[str, str | None]) -> None:
        """Let a test record's name be one, and a person's none."""
        first, last = (self._named_by(name, before) for name in ("first_name", "last_name"))
        original = " ".join(text for name in (first, last) if name and (text := before.get(name)))
        given = (after.get(first) or "") if first else ""
        is_test = self._is_test(original)
        if last is None or not original or self._is_test(f"{given} {after.get(last) or ''}".strip()) is is_test:
            return
        stand_in = after.get(last) or ""
        kept = kept_alike(
            original, stand_in, self._tests, lambda text: self._is_test(f"{given} {text}".strip()) is is_test
        )
        self.unlike += kept == stand_in
        after[last] = kept

    def _is_test(self, name: str) -> bool:
        return any(search(pattern, name) for pattern in self._tests)

    def _named_by(self, field: str, held: Mapping[str, str | None]) -> str | None:
        rules = self._definitions.objects[Kind.CONTACT].columns
        names = next((rule.candidates for rule in rules if rule.name == field), ())
        return next((name for name in names if held.get(name)), names[0] if names else None)

    def _keep_event(self, one: ActivityMap, before: Mapping[str, str | None], after: dict[str, str | None]) -> None:
        """Let an activity be the same scored event as before."""
        events = self._agreement.events
        kind, subject, asset, outcome = read_activity(one, before)
        _, stand_in, other, _ = read_activity(one, after)
        if (subject, asset) == (stand_in, other):
            return
        event = events.classify(kind, subject, asset, outcome)
        name = next((name for name in one.subject if before.get(name)), None)
        if name is None or not subject or not stand_in or events.classify(kind, stand_in, other, outcome) == event:
            return
        rules = (rule for rule in events.root if kind.value in {own.value for own in rule.kinds})
        patterns = [rule.pattern for rule in rules if rule.pattern]
        after[name] = kept_alike(
            subject, stand_in, patterns, lambda text: events.classify(kind, text, other, outcome) == event
        )
        self.unlike += after[name] == stand_in

    @cached_property
    def _rules(self) -> Mapping[Kind, Mapping[str, FieldRule]]:
        return {
            kind: {name: rule for rule in reversed((*one.columns, *one.fields)) for name in rule.candidates}
            for kind, one in self._definitions.objects.items()
        }

    @cached_property
    def _codes(self) -> Mapping[Kind, frozenset[str]]:
        """Properties that we write, but for the reasons of a score: they may quote what a contact looked at."""
        written = write_rules(self._agreement.write_back, self._agreement.lifecycle_map).names
        return {kind: frozenset(_without_reasons(written[kind].items())) for kind in Kind}


def _without_reasons(names: Iterable[tuple[str, str]]) -> Iterable[str]:
    return (name for role, name in names if role != "score_reasons")


def _same(_: str, text: str) -> str:
    return text


def _says_no_word(kind: str, convert: Callable[[str], object], text: str) -> bool:
    if kind in {"id", "ids"}:
        return _IDS.fullmatch(text) is not None
    if kind not in _NO_WORDS and kind != "country":
        return False
    try:
        found = convert(text)
    except ValueError:
        return False
    return kind != "country" or (isinstance(found, str) and len(found) == _COUNTRY_CODE)
