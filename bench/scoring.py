"""Scores contacts with ten evidence rows each, beside a plain reading of the rules: contacts a second and ratios.

Run: `python bench/scoring.py [contacts]`.
"""

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from syncer.funnel.facts import ContactFacts
from syncer.moments import DAY, HOUR
from syncer.records import Company, Contact, Evidence
from syncer.scoring import Scorer
from tests.unit.scoring.models import D2, KINDS, NOW, agreement
from tests.unit.scoring.reference import engagement as plain_engagement
from tests.unit.scoring.reference import fit as plain_fit

_ROUNDS = 5
_NAMES = ("whitepaper", "pricing_view", "newsletter_click", "page_view", "page_view", "webinar_attended")
_REP = ("call", "note", "email_out", "task")
_INDUSTRIES = ("MACHINERY", "RETAIL", "BANKING", None)


def contact(number: int, chance: random.Random) -> ContactFacts:
    """Return one made-up contact with six scored events and four of sales."""
    evidence = [_event(number, index, chance) for index in range(10)]
    company = Company(
        id=str(number % 5_000),
        industry=chance.choice(_INDUSTRIES),
        employees=chance.randrange(1, 2_000),
        country=chance.choice(("DE", "AT", "CH", "FR")),
    )
    person = Contact(
        id=str(number),
        email=f"p{number}@{chance.choice(('gmx.de', f'c{number}.example'))}",
        fields={
            "seniority": chance.choice(("head", "staff", None)),
            "department": chance.choice(("procurement", "it")),
        },
    )
    return ContactFacts(contact=person, company=company, evidence=sorted(evidence))


def _event(number: int, index: int, chance: random.Random) -> Evidence:
    at = NOW - chance.randrange(60 * DAY // HOUR) * HOUR
    name = _NAMES[index] if index < len(_NAMES) else _REP[index - len(_NAMES)]
    kind = KINDS.get(name, "form") if index < len(_NAMES) else name
    asset = f"/page/{chance.randrange(40)}"
    return Evidence(at, 0, f"b:{number}:{index}", kind, name, asset, None, None, 30.0, at)


def ours(scorer: Scorer, contacts: Sequence[ContactFacts]) -> int:
    """Score as the funnel's replay does: gate, fit, engagement after every event that counts, final score, due time."""
    total = 0
    for facts in contacts:
        scorer.gate(facts, NOW)
        fit = scorer.fit(facts, NOW)
        track = scorer.track(NOW - 61 * DAY)
        for evidence in facts.evidence:
            if track.add(evidence):
                track.at(evidence.occurred_at)
        total += scorer.score(fit, track.at(NOW)).priority
        track.next_change_at(NOW, (60.0, 45.0, 40.0, 20.0))
    return total


def plain(contacts: Sequence[ContactFacts]) -> float:
    """Score by reading the rules as they stand, afresh after every event that counts."""
    total = 0.0
    for facts in contacts:
        total += plain_fit(D2, facts, NOW)
        for evidence in facts.evidence:
            if evidence.kind not in _REP:
                plain_engagement(D2, facts.evidence, evidence.occurred_at, NOW - 61 * DAY)
        total += plain_engagement(D2, facts.evidence, NOW, NOW - 61 * DAY)
    return total


def bare(contacts: Sequence[ContactFacts]) -> int:
    """Touch every evidence row once: the floor."""
    return sum(evidence.occurred_at & 1 for facts in contacts for evidence in facts.evidence)


def best(work: Callable[[], object]) -> float:
    """Return the shortest of several runs in seconds."""
    times = []
    for _ in range(_ROUNDS):
        gc.collect()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the comparison."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    chance = random.Random(7)
    contacts = [contact(number, chance) for number in range(count)]
    scorer = Scorer(agreement())
    sample = contacts[: max(1, count // 20)]
    times = {
        "compiled, running": best(lambda: ours(scorer, contacts)) / len(contacts),
        "plain reading of the rules": best(lambda: plain(sample)) / len(sample),
        "bare loop over the rows": best(lambda: bare(contacts)) / len(contacts),
    }
    reference = times["plain reading of the rules"]
    for name, seconds in times.items():
        print(f"{name:28} {1 / seconds:12,.0f} contacts/s  {seconds * 1e6:8.2f} us  x{reference / seconds:,.1f}")


if __name__ == "__main__":
    main()
