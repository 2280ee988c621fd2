"""What the morning report says, and that it stays short and names nobody."""

import re
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from jobs.budget.parking import ASSOCIATIONS, GENERAL, Rest
from jobs.digest.content import Digest, ForecastMove, Health, shifted, to_review
from jobs.digest.settings import DigestFile, EmailFile, SlackFile, TeamsFile, addresses_of
from jobs.digest.telling import tell
from jobs.health.silence import Silence
from jobs.health.spoken import rest_text, sickness_text, silence_text
from jobs.serving.breaker import Sickness
from jobs.wording.sentences import spoken
from syncer.agreement import load_default
from syncer.funnel.facts import FunnelStage, Outcome
from syncer.moments import DAY, Millis, moment
from syncer.store.reports.news import Closings, SetBack, Waiting

NOW = Millis(1_790_000_000_000)
BERLIN = ZoneInfo("Europe/Berlin")
NONE = Waiting(deals=0, worth={})

REST = Rest(part=GENERAL, since=NOW, until=Millis(NOW + DAY), zone="Europe/Berlin", why="spent", probed=NOW)


def digest(**more: object) -> Digest:
    base = {"account": "hubspot", "since": Millis(NOW - DAY), "until": NOW, "proposed": NONE, "resumes": NONE}
    return Digest(**(base | more))


def test_nothing_is_said_in_one_line():
    assert digest(forecast=ForecastMove(now=Decimal(5), before=Decimal(5), unit="EUR")).is_empty
    assert tell(digest(), BERLIN, "de")[1:] == ["Nichts zu berichten."]
    assert tell(digest(), BERLIN, "en")[1:] == ["Nothing to report."]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (
            {"handed_over": {"explicit_request": 2, "score_sales_ready": 1}},
            "Neue vertriebsreife Leads: 3 (2 mit eigener Anfrage)",
        ),
        (
            {
                "set_back": [
                    SetBack(contact_id=str(one), before=FunnelStage.LEAD_SAL, after=FunnelStage.INQUIRY)
                    for one in range(5)
                ]
            },
            (
                "Von Hand zurückgestufte Kontakte, bitte den Grund notieren: Kontakt 0 Akzeptiert (SAL) → Inquiry, "
                "Kontakt 1 Akzeptiert (SAL) → Inquiry, Kontakt 2 Akzeptiert (SAL) → Inquiry, 2 weitere"
            ),
        ),
        (
            {"to_review": 10},
            (
                "Prüfung der Übergaben fällig: 10 ohne Abschluss, seit die Vereinbarung unterzeichnet ist "
                "(syncer agreement review)"
            ),
        ),
        ({"overdue": 4, "due_soon": 1}, "Übergaben ohne rechtzeitigen Kontakt: 4 · fällig binnen eines Tages: 1"),
        (
            {
                "closings": [
                    Closings(outcome=Outcome.LOST, reason="price", deals=2, worth={"EUR": Decimal(100)}),
                    Closings(
                        outcome=Outcome.LOST, reason=None, deals=1, worth={"CHF": Decimal("2.5"), "EUR": Decimal(1)}
                    ),
                ]
            },
            "Verloren: 3 · 2,50 CHF + 101,00 EUR (Preis 2)",
        ),
        (
            {
                "forecast": ForecastMove(
                    now=Decimal(1500), before=Decimal(1000), unit="EUR", movers=[("7", Decimal(500))]
                )
            },
            "Forecast dieses Quartal: 1.000,00 EUR → 1.500,00 EUR (+500,00)",
        ),
        (
            {"forecast": ForecastMove(now=Decimal(1500), before=Decimal(1000), unit="JPY")},
            "Forecast dieses Quartal: 1.000 JPY → 1.500 JPY (+500)",
        ),
        (
            {"forecast": ForecastMove(now=None, before=Decimal(1000), unit="EUR")},
            "Forecast dieses Quartal: 1.000,00 EUR → –",
        ),
        ({"proposed": Waiting(deals=2, worth={})}, "Zu entscheidende Vertagungen: 2"),
        ({"resumes": Waiting(deals=1, worth={"EUR": Decimal(9)})}, "Wiedervorlagen diese Woche: 1 · 9,00 EUR"),
        ({"lead_resumes": 2}, "Wiedervorlagen diese Woche: 2 Leads ohne Deal"),
        (
            {"resumes": Waiting(deals=1, worth={}), "lead_resumes": 2},
            "Wiedervorlagen diese Woche: 1, 2 Leads ohne Deal",
        ),
        (
            {"to_review": 12, "shifted": 0.314},
            (
                "Prüfung der Übergaben fällig: 12 ohne Abschluss, seit die Vereinbarung unterzeichnet ist, "
                "neue Übergaben kommen aus anderen Score-Zellen als zuvor (PSI 0,31) (syncer agreement review)"
            ),
        ),
        (
            {"shifted": 0.25},
            (
                "Prüfung der Übergaben fällig: neue Übergaben kommen aus anderen Score-Zellen als zuvor (PSI 0,25) "
                "(syncer agreement review)"
            ),
        ),
        ({"health": Health(dead_letters=3)}, "Datensätze, die jemand ansehen muss: 3"),
        ({"health": Health(stale=["calls", "deals"])}, "Lange nicht gelesen: Anrufe, Deals"),
        ({"health": Health(failed="sync")}, "Letzter Lauf fehlgeschlagen: Runde"),
    ],
)
def test_each_section_stands_on_a_line_of_its_own(more, line):
    assert line in tell(digest(**more), BERLIN, "de")


def test_everything_at_once_stays_within_fifteen_lines_and_ends_with_the_way_to_the_dashboard():
    closings = [
        Closings(outcome=one, reason=None, deals=1, worth={}) for one in (Outcome.WON, Outcome.LOST, Outcome.OTHER)
    ]
    full = digest(
        handed_over={"explicit_request": 1},
        set_back=[SetBack(contact_id="1", before=FunnelStage.LEAD_SAL, after=FunnelStage.INQUIRY)],
        overdue=1,
        to_review=1,
        shifted=0.31,
        closings=closings,
        forecast=ForecastMove(now=Decimal(1), before=Decimal(2), unit="EUR", movers=[("7", Decimal(-1))]),
        proposed=Waiting(deals=1, worth={}),
        resumes=Waiting(deals=1, worth={}),
        health=Health(
            dead_letters=1, stale=["calls"], failed="sync", rests=[REST], sick="no answer", silent=["contacts"]
        ),
    )
    lines = tell(full, BERLIN, "en", link="https://funnel.example")
    assert len(lines) <= 15
    assert lines[-1] == "Look: https://funnel.example"
    assert lines[-2].startswith("Records that need a person: 1 · Last run failed: round · ")
    assert lines[-2].endswith("Unusually silent: contacts")


class Failed:
    """Hand-overs that failed at these moments."""

    def __init__(self, *moments: int) -> None:
        self._moments = moments

    def failed_hand_overs(self, account: str, after: Millis, until: Millis) -> int:
        assert account == "hubspot"
        return sum(after < at <= until for at in self._moments)


MONTH = load_default().calendar.month_start(NOW)


@pytest.mark.parametrize(
    ("failed", "since", "until", "found"),
    [
        ((MONTH - DAY,), MONTH - 1, MONTH, 1),
        ((MONTH - DAY,), MONTH, MONTH + DAY, 0),
        ((), MONTH - 1, MONTH, 0),
        (range(MONTH + 1, MONTH + 10), MONTH, MONTH + DAY, 0),
        (range(MONTH + 1, MONTH + 11), MONTH, MONTH + DAY, 10),
        (range(MONTH + 1, MONTH + 11), MONTH + 10, MONTH + DAY, 0),
    ],
)
def test_a_review_is_due_with_the_month_and_early_once_ten_hand_overs_failed(failed, since, until, found):
    assert to_review(Failed(*failed), load_default(), "hubspot", Millis(since), Millis(until)) == found


class Handed(Failed):
    """Hand-overs of two cells, each so many at a moment."""

    def __init__(self, *handed: tuple[int, str, int]) -> None:
        super().__init__()
        self._handed = handed

    def handed_cells(self, account: str, after: Millis, until: Millis) -> dict[str, int]:
        assert account == "hubspot"
        return {cell: sum(n for at, one, n in self._handed if one == cell and after < at <= until) for cell in "AB"}


QUARTER = NOW - 90 * DAY


@pytest.mark.parametrize(
    ("handed", "since", "index"),
    [
        # Crossed since the last report: one more from the other cell in the last ninety days.
        (((QUARTER, "A", 60), (QUARTER, "B", 30), (QUARTER + 1, "A", 13), (NOW, "B", 20)), NOW - 1, 0.31),
        # Crossed before, and told then.
        (((QUARTER - DAY, "A", 60), (QUARTER - DAY, "B", 30), (NOW - 2, "A", 10), (NOW - 2, "B", 20)), NOW - 1, None),
        # Not far enough.
        (((QUARTER, "A", 60), (QUARTER, "B", 30), (NOW, "A", 16), (NOW, "B", 16)), NOW - DAY, None),
        # Too few.
        (((QUARTER, "A", 60), (NOW, "B", 29)), NOW - DAY, None),
        # What is older than two years is not held against anything.
        (((NOW - 730 * DAY, "A", 60), (NOW, "B", 60)), NOW - DAY, None),
        (((NOW - 730 * DAY + 1, "A", 60), (NOW, "B", 60)), NOW - DAY, 9.43),
    ],
)
def test_a_review_is_due_once_hand_overs_come_from_other_cells(handed, since, index):
    found = shifted(Handed(*handed), "hubspot", Millis(since), NOW)
    assert found == (None if index is None else pytest.approx(index, abs=0.01))


def test_what_failed_before_the_signature_is_not_counted():
    signed = load_default().as_signed_on(moment(MONTH + 2 * DAY).date())
    since, until = Millis(MONTH - 1), Millis(MONTH + 9 * DAY)
    assert to_review(Failed(MONTH + DAY, MONTH + 3 * DAY), signed, "hubspot", since, until) == 1


def test_every_channel_without_an_address_or_with_a_wrong_one_is_named_at_once_and_no_address_repeated():
    file = DigestFile(
        email=EmailFile(to=["a@firma.example"], sender="b@firma.example"),
        slack=SlackFile(address_env="SLACK"),
        teams=TeamsFile(address_env="TEAMS"),
    )
    said = {"SYNCER_SMTP_URL": "http://secret-host", "SLACK": "http://secret-host/hook"}
    found, problems = addresses_of(file, lambda name: SecretStr(said[name]) if name in said else None)
    assert found == {}
    assert {one.key: one.message for one in problems} == {
        "SYNCER_SMTP_URL": "is no smtp:// or smtps:// address",
        "SLACK": "is no https:// address",
        "TEAMS": "is not set",
    }
    assert "secret-host" not in " ".join(map(str, problems))


def test_one_failing_round_is_one_and_its_reason_is_german():
    why = (
        "no stream could be read: the CRM cannot be reached (ConnectError) "
        "(does HUBSPOT_BASE_URL, or base_url in syncer.yaml, point at HubSpot?)"
    )
    sick = Sickness(failures=1, since=NOW, until=NOW, kind="Unavailable", why=why)
    assert sickness_text(sick, BERLIN, "en").startswith("1 round failed (no stream could be read: ")
    assert sickness_text(sick, BERLIN, "de") == (
        "eine Runde ist gescheitert (kein Datenstrom war lesbar: das CRM ist nicht erreichbar (ConnectError) "
        "(zeigt HUBSPOT_BASE_URL, oder base_url in syncer.yaml, auf HubSpot?)); die nächste versucht es wieder"
    )


@pytest.mark.parametrize(("failures", "waits"), [(1, False), (2, False), (3, True)])
def test_only_an_account_that_is_left_alone_is_said_to_wait(failures, waits):
    sick = Sickness(failures=failures, since=NOW, until=Millis(NOW + waits * DAY), kind="Unavailable", why="HTTP 503")
    said = sick.message
    assert ("the next not before" in said) is waits
    assert ("the next one tries again" in said) is not waits
    assert ("nicht vor 22.09.2026 16:13" in sickness_text(sick, BERLIN, "de")) is waits
    assert re.search(r"round|failed|tries", spoken(said, "de")) is None


@pytest.mark.parametrize(
    ("why", "german"),
    [
        ("the CRM refused a call", "das CRM hat einen Aufruf abgewiesen"),
        ("our own count reached 90% of 250,000", "die eigene Zählung erreichte 90% von 250.000"),
        (
            "the last 10% of 250,000 are left to the account's other apps",
            "die letzten 10% von 250.000 bleiben den anderen Apps des Kontos",
        ),
    ],
)
def test_why_an_account_rests_and_until_when_is_german_in_a_probe_too(why, german):
    said = spoken(replace(REST, why=why).message, "de")
    assert said == (
        f"die Aufrufe des Kontos sind für heute verbraucht ({german}): es ruht bis 22.09.2026 16:13 Europe/Berlin"
    )


def test_rests_failing_rounds_and_silence_are_told_in_both_languages():
    sick = Sickness(failures=7, since=Millis(NOW - DAY), until=NOW, kind="Unavailable", why="HTTP 503")
    silent = Silence(stream="contacts", since=NOW, hours=1_200, usual=5)
    assert rest_text(REST, "en") == REST.message
    assert rest_text(REST, "de") == (
        "die Aufrufe des Kontos sind für heute verbraucht; es ruht bis 22.09.2026 16:13 (Europe/Berlin)"
    )
    assert "für Verknüpfungen" in rest_text(replace(REST, part=ASSOCIATIONS), "de")
    assert sickness_text(sick, BERLIN, "en") == sick.message
    said = "7 Runden in Folge sind gescheitert (HTTP 503); die nächste nicht vor 21.09.2026 16:13"
    assert sickness_text(sick, BERLIN, "de") == said
    assert silence_text(silent, "en") == silent.message
    assert silence_text(silent, "de") == "Kontakte: nichts seit 1.200 Stunden, wo frühere Wochen 5 und mehr brachten"
    assert digest(health=Health(rests=[REST])).as_dict()["health"]["rests"] == [REST.message]
