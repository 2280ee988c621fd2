"""Numbers and days as people read and write them."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from jobs.figures.asking import clock_option
from jobs.wording.words import money, number, percent
from syncer.errors import ConfigError

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("value", [0.0, -0.0, -0.004])
def test_zero_has_no_sign(value):
    assert (number(value, "en", digits=2), number(value, "de", digits=2)) == ("0.00", "0,00")
    assert percent(value / 100, "en") == "0.0%"
    assert percent(value / 100, "de") == "0,0 %"


def test_less_than_nothing_keeps_its_sign():
    assert number(-0.01, "de", digits=2) == "\N{MINUS SIGN}0,01"


@pytest.mark.parametrize(
    ("currency", "shown"),
    [("EUR", "1.234,50 EUR"), ("KWD", "1.234,500 KWD"), ("JPY", "1.234 JPY"), (None, "1.234,50")],
)
def test_money_has_the_coins_of_its_currency(currency, shown):
    assert money(Decimal("1234.5"), currency, "de") == shown
    assert money(None, currency, "de") == "–"


@pytest.mark.parametrize(("german", "iso"), [("30.09.2026", "2026-09-30"), ("30.09.2026 18:00", "2026-09-30T18:00")])
def test_a_date_may_be_written_as_germans_do(german, iso):
    assert clock_option(german, BERLIN, option="--as-of") == clock_option(iso, BERLIN, option="--as-of")


@pytest.mark.parametrize("text", ["30.9.26", "31.02.2026", "2026/09/30", ""])
def test_what_is_no_date_is_refused_with_the_forms_there_are(text):
    with pytest.raises(ConfigError, match=r"30\.09\.2026"):
        clock_option(text, BERLIN, option="--as-of")
