"""Files as another CRM exports them give the figures that plain arithmetic over the same rows gives."""

import csv
import random
import statistics
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.csv_portal import load_csv_portal
from jobs.figures.asking import Asked, measured, question
from jobs.rounds import backfill_round

BERLIN = ZoneInfo("Europe/Berlin")
LAST = date(2025, 6, 30)
FIGURES = ("K10", "K31.sum", "K31.median", "K14.median", "K14.mean")
RATES = {"EUR": Decimal(1), "USD": Decimal("0.92")}
SPEC = """\
as_of: 2025-06-30
account: {portal_id: 7, time_zone: Europe/Berlin, currency: EUR, rates: {USD: 0.92}}
files:
  offers:
    path: offers.csv
    delimiter: ";"
    encoding: cp1252
    decimal: ","
    thousands: "."
    dates: ["%d.%m.%Y %H:%M", "%d.%m.%Y"]
    empty: ["k. A."]
  changes: {path: changes.csv, delimiter: ";", encoding: cp1252, dates: "%d.%m.%Y %H:%M"}
pipelines:
  - id: default
    label: Vertrieb
    stages:
      - {id: open, label: Offen, probability: 0.3}
      - {id: won, label: Gewonnen, probability: 1.0, closed: true}
      - {id: lost, label: Verloren, probability: 0.0, closed: true}
objects:
  - {type: owners, file: offers, key: "{Verkäufer}", distinct: true, first_id: 11,
     created: {default: earliest offers.Angelegt},
     properties: {lastName: "{Verkäufer}", email: "{Verkäufer|slug}@o.example"}}
  - type: deals
    file: offers
    key: "{Nr}"
    first_id: 1001
    created: {from: Angelegt}
    properties:
      dealname: "{Nr}"
      pipeline: default
      amount: {from: Wert, units: [€, $]}
      closedate: "{Abschluss}"
      deal_currency_code: "{Währung}"
      hubspot_owner_id: {from: Verkäufer, lookup: owners}
    history:
      dealstage:
        - file: changes
          key: "{Nr}"
          at: {from: Am}
          value: {from: Nach, map: {O: open, G: won, V: lost}, others: refuse}
"""


def _offers():
    """Make up offers: won, lost and open, some without a closing date, an amount, or with one in dollars."""
    draw = random.Random(7)
    for number in range(240):
        born = datetime(2023, 11, 1, 9, 30, tzinfo=BERLIN) + timedelta(days=draw.randrange(540))
        closed = born + timedelta(days=draw.choice([0, 1, 7, 7, 20, 90]), hours=draw.choice([1, 14]))
        state = draw.choice(["G", "G", "V", "O"])
        state = "O" if closed.date() > LAST else state
        yield {
            "Nr": f"A-{number}",
            "Verkäufer": draw.choice(["Zoë Groß", "Max Süß", "Änne"]),
            "born": born,
            "closed": None if state == "O" else closed,
            "state": state,
            "dated": state != "O" and draw.random() > 0.1,
            "amount": None if draw.random() < 0.1 else Decimal(draw.randrange(-5_000, 2_000_000)) / 100,
            "currency": draw.choice(["EUR", "EUR", "USD"]),
        }


def _german(amount, currency):
    if amount is None:
        return "k. A."
    text = f"{abs(amount):,.2f}".translate(str.maketrans(",.", ".,")) + {"EUR": " €", "USD": " $"}[currency]
    return f"({text})" if amount < 0 else text


def _write(folder, offers):
    (folder / "portal.yaml").write_text(SPEC, encoding="utf-8")
    stamp = "%d.%m.%Y %H:%M"
    with (folder / "offers.csv").open("w", encoding="cp1252", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(["Nr", "Verkäufer", "Angelegt", "Abschluss", "Wert", "Währung", "Notiz"])
        for one in offers:
            closed = one["closed"].strftime(stamp) if one["dated"] else "k. A."
            money = _german(one["amount"], one["currency"])
            born = one["born"].strftime(stamp)
            rows.writerow([one["Nr"], one["Verkäufer"], born, closed, money, one["currency"], 'zwei\n"Zeilen"'])
    with (folder / "changes.csv").open("w", encoding="cp1252", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(["Nr", "Nach", "Am"])
        rows.writerows((one["Nr"], one["state"], one["closed"].strftime(stamp)) for one in offers if one["closed"])
        rows.writerows((one["Nr"], "O", one["born"].strftime(stamp)) for one in offers)


def _plain(offers, inside):
    """Return the figures of those closed inside a period by arithmetic alone."""
    closed = [one for one in offers if one["closed"] and inside(one)]
    won = [one for one in closed if one["state"] == "G"]
    # A foreign amount takes the rate of its closing date: without one there is no rate.
    known = [one for one in won if one["amount"] is not None and (one["dated"] or one["currency"] == "EUR")]
    money = [one["amount"] * RATES[one["currency"]] for one in known]
    days = [(one["closed"].date() - one["born"].date()).days for one in won]
    cents = Decimal("0.01")
    return {
        "K10": (len(won), len(closed)),
        "K31.sum": (sum(money, Decimal(0)).quantize(cents, ROUND_HALF_EVEN), len(money)),
        "K31.median": (statistics.median(money).quantize(cents, ROUND_HALF_EVEN), len(money)),
        "K14.median": (statistics.median(days), len(days)),
        "K14.mean": (pytest.approx(statistics.mean(days)), len(days)),
    }


def _falls(one, first, last):
    return first <= one["closed"].date() <= last


def _told(rows):
    found = {row.id: row for row in rows}
    return {id_: (found[id_].k if id_ == "K10" else found[id_].value, found[id_].n) for id_ in FIGURES}


async def test_every_figure_of_a_german_export_is_that_of_its_rows(serve, open_desk, tmp_path):
    offers = list(_offers())
    _write(tmp_path, offers)
    crm = serve(lines=list(load_csv_portal(tmp_path / "portal.yaml")))
    async with open_desk(crm) as desk:
        read = await backfill_round(desk)
        assert (read.streams["deals"].created, read.buried) == (len(offers), 0)

        def rows(*ids, **asked):
            asking = question(desk.store, desk.agreement, "hubspot", Asked(as_of=LAST.isoformat(), **asked))
            return list(measured(desk.store, asking, list(ids)))

        assert _told(rows("K10", "K31", "K14")) == _plain(offers, lambda one: True)
        for quarter, first, last in (
            ("2024Q1", (2024, 1, 1), (2024, 3, 31)),
            ("2024Q4", (2024, 10, 1), (2024, 12, 31)),
        ):
            found = rows("K10", "K31", "K14", period=quarter)
            days = (date(*first), date(*last))
            assert _told(found) == _plain(offers, lambda one, days=days: one["dated"] and _falls(one, *days))
            assert found[0].excluded["no_date"] == sum(bool(one["closed"]) and not one["dated"] for one in offers)
        early = rows("K01", "K10", "K31", "K42", known_at="2020-01-01")
        assert {(row.value, row.n, row.notes["lacks"]) for row in early} == {(None, None, "knowledge")}
        by_owner = defaultdict(list)
        for row in rows("K10", "K31", "K14", by=("owner",)):
            by_owner[row.notes["labels"]["owner"]].append(row)
    for name in {one["Verkäufer"] for one in offers}:
        own = [one for one in offers if one["Verkäufer"] == name]
        assert _told(by_owner[name]) == _plain(own, lambda one: True)


PAIRS = """\
as_of: 2025-06-30
account: {portal_id: 8, time_zone: America/New_York, currency: USD}
files:
  deals: {path: deals.csv, dates: "%m/%d/%Y", thousands: ",", empty: [nan]}
  people: {path: people.csv}
  roles: {path: roles.csv}
pipelines:
  - id: default
    label: Sales
    stages:
      - {id: talk, label: Talk, probability: 0.2}
      - {id: proposal, label: Proposal, probability: 0.6}
      - {id: won, label: Won, probability: 1.0, closed: true}
      - {id: lost, label: Lost, probability: 0.0, closed: true}
objects:
  - type: contacts
    file: people
    key: "{id}"
    first_id: 501
    created: {default: earliest deals.Created}
    properties: {email: "{id}@p.example", hs_analytics_source: "{source}"}
  - type: deals
    file: deals
    key: "{Id}"
    first_id: 1001
    created: {from: Created}
    properties:
      dealname: "{Id}"
      pipeline: default
      dealstage: {from: Stage, map: {Talk: talk, Proposal: proposal, Won: won, Lost: lost}, others: refuse}
      amount: {from: Value, units: [$]}
      closedate: {from: [Closed, Expected]}
    associations: [{to: contacts, file: roles, record: "{deal}", key: "{person}"}]
"""


def _pairs(folder):
    """Write a numbered table without stage logs, and who belongs to which deal in a file of its own."""
    draw, born, rows = random.Random(11), date(2024, 1, 2), []
    for number in range(120):
        created = born + timedelta(days=draw.randrange(400))
        stage = draw.choice(["Talk", "Proposal", "Won", "Won", "Lost"])
        closed = created + timedelta(days=draw.randrange(90)) if stage in {"Won", "Lost"} else None
        value = Decimal(draw.randrange(100, 9_000_000)) / 100 if draw.random() > 0.1 else None
        rows.append((number, created, stage, closed, value, draw.choice([*"ABC", None])))
    form = "%m/%d/%Y"
    with (folder / "deals.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["", "Id", "Created", "Stage", "Closed", "Expected", "Value"])
        for number, created, stage, closed, value, _ in rows:
            day = closed.strftime(form) if closed else "nan"
            money = "nan" if value is None else f"${value:,.2f}"
            out.writerow([number, f"D{number}", created.strftime(form), stage, day, "07/31/2025", money])
    people = "id,source\nA,ORGANIC_SEARCH\nB,REFERRALS\nC,PAID_SEARCH\n"
    (folder / "people.csv").write_text(people, encoding="utf-8")
    pairs = [f"D{number},{person}\n" for number, *_, person in rows if person]
    (folder / "roles.csv").write_text("deal,person\n" + "".join(pairs), encoding="utf-8")
    (folder / "portal.yaml").write_text(PAIRS, encoding="utf-8")
    return rows


async def test_a_numbered_table_without_stage_logs_gives_the_figures_of_its_rows(serve, open_desk, tmp_path):
    offers = _pairs(tmp_path)
    crm = serve(lines=list(load_csv_portal(tmp_path / "portal.yaml")))
    async with open_desk(crm) as desk:
        read = await backfill_round(desk)
        assert (read.streams["deals"].created, read.buried) == (len(offers), 0)

        def rows(*ids, **asked):
            asking = question(desk.store, desk.agreement, "hubspot", Asked(as_of=LAST.isoformat(), **asked))
            return list(measured(desk.store, asking, list(ids)))

        found = {row.id: row for row in rows("K14", "K31.sum")}
        by_source = {row.segment["source"]: (row.k, row.n) for row in rows("K10", by=("source",)) if row.id == "K10"}
        cohort = rows("K10", basis="cohort")[0]
    won = [one for one in offers if one[2] == "Won"]
    days = [(closed - created).days for _, created, _, closed, _, _ in won]
    assert (found["K14.mean"].value, found["K14.mean"].n) == (pytest.approx(statistics.mean(days)), len(won))
    assert found["K31.sum"].value == sum(one[4] for one in won if one[4] is not None)
    sources = {"A": "organic_search", "B": "referrals", "C": "paid_search", None: None}
    decided = {name: [one[2] for one in offers if sources[one[5]] == name and one[3]] for name in sources.values()}
    assert by_source == {name: (stages.count("Won"), len(stages)) for name, stages in decided.items()}
    proposals = sum(one[2] == "Proposal" for one in offers)
    assert (cohort.k, cohort.n, cohort.notes["open"]) == (len(won), len(won) + proposals, proposals)
