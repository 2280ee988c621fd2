import pytest

from syncer.writeback.values import moment_text, number, same_value, truth


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("5", "5.0"),
        ("51.90", "51.9"),
        ("0", "0.00"),
        (None, ""),
        ("", None),
        ("2026-11-21T07:00:00Z", "1795244400000"),
        ("2026-11-21T07:00:00.000Z", "2026-11-21T08:00:00+01:00"),
        ("2026-11-21", "1795219200000"),
        ("2026-11-21T07:00:00.999Z", "2026-11-21T07:00:00Z"),
        ("2026-11-21T07:00:00Z", "1795244400999"),
        ("2026-11-21T00:00:00", "2026-11-21"),
        ("true", "TRUE"),
        ("lead", "lead"),
    ],
)
def test_two_spellings_of_one_value_are_the_same(left, right):
    assert same_value(left, right)
    assert same_value(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("5", "5.01"),
        ("0", None),
        ("0", ""),
        ("lead", "Lead"),
        ("2026-11-21T07:00:00Z", "2026-11-21T07:00:01Z"),
        ("1795244400000", "1795244400001"),
        ("2026-13-41", "2026-13-42"),
        ("true", "false"),
        ("A2", "A3"),
    ],
)
def test_two_values_are_not_the_same(left, right):
    assert not same_value(left, right)
    assert not same_value(right, left)


def test_moments_may_be_held_to_the_millisecond():
    assert not same_value("2026-11-21T07:00:00.001Z", "2026-11-21T07:00:00Z", within=1)
    assert same_value("2026-11-21T07:00:00.001Z", "1795244400001", within=1)


@pytest.mark.parametrize(
    ("value", "text"), [(80.0, "80"), (51.99, "51.99"), (12.5, "12.5"), (0.0, "0"), (-0.001, "0"), (100, "100")]
)
def test_numbers_are_written_without_a_needless_fraction(value, text):
    assert number(value) == text


def test_moments_and_truths_are_written_as_the_crm_reads_them():
    assert moment_text(1_795_244_400_000) == "2026-11-21T07:00:00.000Z"
    assert moment_text(None) is None
    assert (truth(True), truth(False)) == ("true", "false")
