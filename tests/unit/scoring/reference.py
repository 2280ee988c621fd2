"""The score model read line by line, without any cleverness: what the compiled scorer has to agree with.

Understands events and the few conditions of the worked examples; knows nothing of the code under test.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

DAY = 86_400_000
BERLIN = ZoneInfo("Europe/Berlin")
MONTH = 30.4375


def rounded(value: float) -> float:
    """Half-up to two decimals, after taking out the noise of float sums."""
    return float(Decimal(f"{value:.9f}").quantize(Decimal("0.01"), ROUND_HALF_UP))


def local_day(at: int) -> object:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(BERLIN).date()


def period_key(rule, row):
    key = []
    if rule.get("per") == "day":
        key.append(local_day(row.occurred_at))
    elif rule.get("per") == "url_day":
        key.append((row.asset if row.asset is not None else row.subject, local_day(row.occurred_at)))
    elif rule.get("per") == "week":
        key.append(local_day(row.occurred_at).isocalendar()[:2])
    if rule.get("distinct_by") == "asset":
        key.append(row.asset if row.asset is not None else row.subject)
    elif rule.get("distinct_by") == "subject":
        key.append(row.subject)
    return tuple(key) or row.id


def counted(rule, rows):
    """The events that a rule counts: the latest of each key, and the latest `max` keys."""
    latest = {}
    for row in sorted(rows):
        if row.subject != rule["event"]:
            continue
        if rule.get("if") == "dwell_s >= 10" and not (row.value is not None and row.value >= 10):
            continue
        latest[period_key(rule, row)] = row
    kept = sorted(latest.values())
    return kept[-rule["max"] :] if rule.get("max") else kept


def share(rule, default, age):
    decay = rule.get("decay", default)
    if decay == "none" or (decay.get("kind") == "none" and "half_life_days" not in rule):
        return 1.0
    if "half_life_days" in rule or decay.get("kind", "exponential") == "exponential":
        return 2.0 ** (-age / (rule.get("half_life_days", decay.get("half_life_days", 30)) * DAY))
    return max(0.0, 1.0 - decay.get("rate", 0.5) * age / (decay.get("period_days", 30) * DAY))


def engagement(model: Mapping, evidence: Sequence, as_of: int, started_at: int) -> float:
    rows = [row for row in evidence if started_at <= row.occurred_at <= as_of]
    default = model["engagement"].get("default_decay", {"kind": "exponential", "half_life_days": 30})

    def points(rule, value):
        return sum(value * share(rule, default, as_of - row.occurred_at) for row in counted(rule, rows))

    total = 0.0
    for group in model["engagement"]["groups"].values():
        value = sum(points(rule, rule["pts"]) for rule in group.get("rules", ()))
        total += max(-group["cap"], min(group["cap"], value))
    own = [row.occurred_at for row in rows if row.kind in ("form", "email_click", "page_view", "registration")]
    for rule in model.get("negative", ()):
        if "event" in rule and "engagement" in rule:
            total += points(rule, rule["engagement"])
        elif rule.get("if", "").startswith("days_since_last_activity >= ") and own:
            limit = int(rule["if"].rpartition(" ")[2])
            total += rule["engagement"] if (as_of - max(own)) // DAY >= limit else 0.0
    return rounded(max(0.0, min(100.0, total)))


def fit(model: Mapping, facts, as_of: int) -> float:
    """Fit of the worked example's own rules."""
    company, fields = facts.company, facts.contact.fields
    employees = None if company is None else company.employees
    planned = fields.get("planned_purchase")
    months = None if planned is None else (planned - as_of) / DAY / MONTH
    hits = {
        "F1": employees is not None and 51 <= employees <= 500,
        "F2": company is not None and company.industry == "MACHINERY",
        "F3": employees is not None and employees < 5,
        "F4": fields.get("seniority") in ("head", "director", "vp", "c"),
        "F5": fields.get("department") in ("procurement", "operations"),
        "F6": company is not None and company.country in ("DE", "AT", "CH"),
        "F7": months is not None and months <= 6,
        "F8": months is not None and 6 < months <= 12,
        "N1": (facts.contact.email or "").endswith(("@gmx.de", "@gmail.com")),
        "N2": fields.get("type") in ("student", "applicant"),
    }
    total = 0.0
    for group in model["fit"]["groups"].values():
        value = sum(rule["pts"] for rule in group["rules"] if hits[rule["id"]])
        total += max(-group["cap"], min(group["cap"], value))
    total += sum(rule["fit"] for rule in model["negative"] if "fit" in rule and hits[rule["id"]])
    return rounded(max(0.0, min(100.0, total)))


GRADES = "ABCD"


def grade(model: Mapping, points: float) -> str:
    floors = model.get("thresholds", {}).get("grade", {"A": 75, "B": 50, "C": 25})
    return next((name for name in "ABC" if points >= floors[name]), "D")


def level(model: Mapping, points: float) -> int:
    floors = model.get("thresholds", {}).get("level", {1: 60, 2: 40, 3: 20})
    return next((number for number in (1, 2, 3) if points >= floors[number]), 4)


def cell(model: Mapping, fit_points: float, points: float) -> tuple[str, str, int]:
    """Cell, action and the number to sort by."""
    name, number = grade(model, fit_points), level(model, points)
    action = model["matrix"][name][number - 1]
    rank = {"sales_ready": 4, "mql": 3, "inquiry": 2, "suspect": 1}[action]
    sorting = Decimal(f"{1000 * rank + 10 * fit_points + points:.7f}").quantize(Decimal(1), ROUND_HALF_UP)
    return f"{name}{number}", action, int(sorting)


def hysteresis(values: Sequence[float], enter: float, leave: float, dwell: int) -> list[bool]:
    """The Schmitt trigger of D4, a day at a time: high at once, low after so many days in a row below."""
    high, below, found = False, 0, []
    for value in values:
        below = below + 1 if high and value < leave else 0
        if value >= enter:
            high, below = True, 0
        elif below >= dwell:
            high, below = False, 0
        found.append(high)
    return found


def handovers(model: Mapping, rows: Sequence, fit_points: float, rejections: Sequence[int]) -> list[int]:
    """When a contact without deals is handed to sales: by request or by score, again only after a rejection."""
    own = sorted(rows)
    mine, explicit = grade(model, fit_points), model["explicit_sales_ready"]
    may_ask = GRADES.index(mine) <= GRADES.index(explicit["min_grade"])
    found, started, cool, waiting = [], None, None, False

    def is_ready(at: int) -> bool:
        action = cell(model, fit_points, engagement(model, own, at, started))[1]
        return action == "sales_ready" and mine != "D" and (cool is None or at >= cool)

    stops = [(row.occurred_at, 0, row) for row in own] + [(at, 1, None) for at in rejections]
    stops += [(at + 30 * DAY, 2, None) for at in rejections]
    for at, kind, row in sorted(stops, key=lambda stop: stop[:2]):
        if kind == 1:
            # Before anything happened there is nobody to refuse.
            started, cool, waiting = (None, None, waiting) if started is None else (at, at + 30 * DAY, False)
        elif kind == 2:
            if cool == at and not waiting and is_ready(at):
                found.append(at)
                waiting = True
        else:
            started = at if started is None else started
            asks = row.subject in explicit["events"] and may_ask
            if not waiting and (asks or is_ready(at)):
                found.append(at)
                waiting = True
    return found
