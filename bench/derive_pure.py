"""How fast contacts are decided, beside a bare loop over the same rows. Run: python -m bench.derive_pure [contacts]."""

import random
import sys
import time
from collections.abc import Callable, Sequence

from syncer.agreement import load_default
from syncer.funnel.contacts import decide_contact
from syncer.funnel.facts import ContactFacts
from syncer.funnel.rules import Rules, compile_rules
from syncer.moments import DAY, HOUR, Millis
from syncer.records import Company, Contact, Evidence

_AS_OF = Millis(1_790_000_000_000)
_ROWS = 10
_KINDS = (
    ("page_view", "/blog/fertigung", "/blog/fertigung"),
    ("page_view", "/preise", "/preise"),
    ("page_view", "/produkt", "/produkt"),
    ("email_click", "Newsletter Mai", "nl-5"),
    ("form", "Whitepaper TCO", "wp-1"),
    ("email_out", "Unser Gespräch", None),
    ("call", "Erstgespräch", None),
    ("note", None, None),
)
_COMPANY = Company(id="c", name="Muster AG", employees=120, industry="machinery", country="DE")


def main() -> None:
    """Print contacts a second and the ratio to a bare loop: ten rows in two months, in a year and a half, and none."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rules = compile_rules(load_default(), ())
    samples = {
        "recent": [_contact(number, _ROWS, days=60) for number in range(count)],
        "scattered": [_contact(number, _ROWS, days=500) for number in range(count)],
        "untouched": [_contact(number, 0, days=500) for number in range(count)],
    }
    bare = _seconds(lambda: _bare(samples["recent"]))
    for name, facts in samples.items():
        spent = _seconds(lambda facts=facts: _decide(facts, rules))
        rate, each, ratio = count / spent, spent / count * 1e6, spent / bare
        print(f"{name:<10} {rate:>10,.0f} contacts/s  {each:>6.1f} us each  {ratio:>6.1f}x bare loop")


def _decide(facts: Sequence[ContactFacts], rules: Rules) -> None:
    for one in facts:
        decide_contact(one, rules=rules, as_of=_AS_OF)


def _bare(facts: Sequence[ContactFacts]) -> int:
    total = 0
    for one in facts:
        for row in one.evidence:
            total += row.occurred_at
    return total


def _seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def _contact(number: int, rows: int, *, days: int) -> ContactFacts:
    draw = random.Random(number)
    created = _AS_OF - draw.randrange(20, days) * DAY
    contact = Contact(
        id=str(number),
        email=f"person{number}@example.org",
        created_at=Millis(created),
        source="organic_search",
        country="DE",
        fields={"seniority": "head", "department": "procurement"},
    )
    evidence = [_row(draw, created, index) for index in range(rows)]
    return ContactFacts(contact=contact, company=_COMPANY, evidence=sorted(evidence))


def _row(draw: random.Random, created: int, index: int) -> Evidence:
    kind, subject, asset = draw.choice(_KINDS)
    at = created + draw.randrange(0, _AS_OF - created, HOUR)
    return Evidence(at, 0, f"s:{index}", kind, subject, asset, None, None, 30.0, at)


if __name__ == "__main__":
    main()
