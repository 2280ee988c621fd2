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
