from decimal import Decimal

import pytest

from mappings.convert import CONVERTERS, moment
from mappings.countries import iso_country


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("moment", "2026-01-02T03:04:05.678Z", 1767323045678),
        ("moment", "2026-01-02", 1767312000000),
        ("moment", "1767323045678", 1767323045678),
        ("moment", "2026-01-02T04:04:05.678+01:00", 1767323045678),
        ("moment", "-86400000000", -86400000000),
        ("moment", "9999-12-31", 253402214400000),
        ("number", "0.20", 0.2),
        ("integer", "51.0", 51),
        ("money", "1234.5600", Decimal("1234.5600")),
        ("money", "1234.5678901234", Decimal("1234.56789")),
        ("money", "0.30000000000000004", Decimal("0.300000")),
        ("money", "-0.0000005", Decimal("0.000000")),
        ("money", "1E-999999", Decimal("0.000000")),
        ("flag", "TRUE", True),
        ("flag", "false", False),
        ("email", " Anna.Muster@Firma.Example ", "anna.muster@firma.example"),
        ("currency", "chf", "CHF"),
        ("slug", "Paid  Social", "paid_social"),
        ("lower", "  Bad Timing ", "bad timing"),
        ("ids", "12;13:1700000000000; 14", ("12", "13", "14")),
        ("country", "Schweiz", "CH"),
        ("country", "de", "DE"),
        ("country", "UK", "GB"),
        ("country", "Atlantis", "Atlantis"),
        ("writer", " crm_ui ", "user"),
        ("writer", "FORM", "form"),
        ("writer", "SOMETHING_NEW", "unknown"),
    ],
)
def test_text_becomes_a_typed_value(kind, text, expected):
    converted = CONVERTERS[kind](text)
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("moment", "2026-02-30"),
        ("moment", "soon"),
        ("moment", "1795507200123000"),
        ("moment", "-99999999999999999"),
        ("moment", "253402300799999"),
        ("moment", "9999-12-31T23:59:59Z"),
        ("moment", "1795507200²"),
        ("number", "n/a"),
        ("number", "nan"),
        ("integer", "3.5"),
        ("money", "12,50 EUR"),
        ("money", "Infinity"),
        ("flag", "maybe"),
        ("email", "no-at-sign"),
        ("currency", "euro"),
    ],
)
def test_unreadable_text_is_refused_without_repeating_it(kind, text):
    with pytest.raises(ValueError, match=r"^is ") as refused:
        CONVERTERS[kind](text)
    assert text not in str(refused.value)


def test_short_digits_are_a_year_not_an_epoch():
    with pytest.raises(ValueError, match="not a date"):
        moment("12345")


def test_country_names_are_read_in_both_languages():
    assert {iso_country(name) for name in ("Germany", "Deutschland", "DE", "ger")} == {"DE"}
