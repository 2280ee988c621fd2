import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.expressions import Condition, ExpressionError, Name, Type, Vocabulary, compile_condition
from syncer.moments import DAY, HOUR
from syncer.records import Value

NOW = 1_800_000_000_000

VOCABULARY = Vocabulary(
    names={
        "company.employees": Name(Type.NUMBER),
        "company.country": Name(Type.TEXT),
        "company.industry": Name(Type.TEXT),
        "contact.type": Name(Type.TEXT),
        "contact.planned_purchase": Name(Type.MOMENT),
        "contact.plan": Name(Type.MOMENT, "contact.planned_purchase"),
        "deal.dealstage": Name(Type.TEXT, "deal.stage_id"),
        "deal.is_open": Name(Type.FLAG),
        "deal.planned_purchase": Name(Type.MOMENT),
        "closedate": Name(Type.MOMENT),
        "employee": Name(Type.FLAG),
        "competitor": Name(Type.FLAG),
        "lead_status": Name(Type.TEXT),
        "idle": Name(Type.NUMBER),
        "amount": Name(Type.NUMBER),
        "vip_amount": Name(Type.NUMBER),
        "as_of": Name(Type.MOMENT),
        "owner(company)": Name(Type.TEXT),
        "custom": Name(),
    },
    sets={"target_industries": ["Machinery", "automotive"]},
    answered_sets={"pipelines[deal.pipeline].closed": "deal.in_closed", "on_hold": "deal.in_on_hold"},
    moments={"end_of_quarter": lambda at, steps: at + (steps + 1) * 90 * DAY},
)


def compiled(text: str) -> Condition:
    return compile_condition(text, VOCABULARY)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("company.employees in [51,500]", {"company.employees": 51}, True),
        ("company.employees in [51,500]", {"company.employees": 500}, True),
        ("company.employees in [51,500]", {"company.employees": 200}, True),
        ("company.employees in [51,500]", {"company.employees": 501}, False),
        ("company.employees not in [51,500]", {"company.employees": 50}, True),
        ("company.employees in [1, 2, 3]", {"company.employees": 2}, True),
        ("company.employees in [1, 5, 9]", {"company.employees": 2}, False),
        ("company.employees in [7]", {"company.employees": 7}, True),
        ("company.employees in [-5, 5]", {"company.employees": -5}, True),
        ("company.employees < 5", {"company.employees": 4}, True),
        ("company.employees < 5", {"company.employees": 5}, False),
        ("company.employees <= 5", {"company.employees": 5}, True),
        ("company.employees > 5", {"company.employees": 5}, False),
        ("company.employees >= 5", {"company.employees": 5}, True),
        ("5 >= company.employees", {"company.employees": 5}, True),
        ("company.employees == 5.0", {"company.employees": 5}, True),
        ("company.employees != 5", {"company.employees": 6}, True),
        ("company.country in [DE, AT, CH]", {"company.country": "AT"}, True),
        ("company.country in [DE, AT, CH]", {"company.country": "at"}, True),
        ("company.country in [DE, AT, CH]", {"company.country": "FR"}, False),
        ("company.country not in ['DE', \"AT\"]", {"company.country": "FR"}, True),
        ("company.industry in target_industries", {"company.industry": "machinery"}, True),
        ("company.industry not in target_industries", {"company.industry": "retail"}, True),
        ("lead_status == BAD_TIMING", {"lead_status": "BAD_TIMING"}, True),
        ("lead_status == bad_timing", {"lead_status": "BAD_TIMING"}, True),
        ("lead_status != BAD_TIMING", {"lead_status": "NEW"}, True),
        ("contact.type == employee", {"contact.type": "employee", "employee": False}, True),
        ("contact.type == lead_status", {"lead_status": "a", "contact.type": "A"}, True),
        ("lead_status == contact.type", {"lead_status": "a", "contact.type": "A"}, True),
        ("amount >= vip_amount", {"amount": 10, "vip_amount": 9}, True),
        ("amount >= vip_amount", {"amount": 10, "vip_amount": None}, False),
        ("deal.is_open", {"deal.is_open": True}, True),
        ("deal.is_open == false", {"deal.is_open": False}, True),
        ("not deal.is_open", {"deal.is_open": False}, True),
        ("deal.dealstage in pipelines[deal.pipeline].closed", {"deal.in_closed": True}, True),
        ("deal.dealstage not in on_hold", {"deal.in_on_hold": False}, True),
        ("deal.dealstage == won", {"deal.stage_id": "won"}, True),
        ("owner(company) exists", {"owner(company)": "7"}, True),
        ("owner(company) exists", {}, False),
        ("not (owner(company) exists)", {}, True),
        ("amount * 2 + 1 == 7", {"amount": 3}, True),
        ("amount - -1 == 4", {"amount": 3}, True),
        ("+amount == 3", {"amount": 3}, True),
        ("idle >= max(45, 2 * amount)", {"idle": 50, "amount": 30}, False),
        ("idle >= max(45, 2 * amount)", {"idle": 60, "amount": 30}, True),
        ("idle >= max(45, 2 * amount)", {"idle": 45}, True),
        ("idle <= min(3, amount)", {"idle": 3, "amount": 2}, False),
        ("idle > max(amount)", {"idle": 3}, False),
        ("custom == 5", {"custom": 5}, True),
        ("custom == x", {"custom": "X"}, True),
        ("custom in [a, b]", {"custom": "b"}, True),
        ("custom", {"custom": True}, True),
        ("custom", {"custom": 1}, False),
    ],
)
def test_condition_means_what_it_says(text: str, values: dict[str, Value], expected: bool) -> None:
    assert compiled(text)(values) is expected


@pytest.mark.parametrize(
    "text",
    [
        "company.employees < 5",
        "not company.employees < 5",
        "company.employees != 5",
        "not company.employees == 5",
        "company.employees in [51,500]",
        "company.employees not in [51,500]",
        "company.country not in [DE]",
        "company.industry not in target_industries",
        "deal.dealstage not in on_hold",
        "not deal.is_open",
        "deal.is_open != true",
        "company.employees + 1 > 0",
        "not (company.employees < 5 and deal.is_open)",
        "not (company.employees < 5 or deal.is_open)",
        "contact.planned_purchase <= 6m",
        "closedate within 14d",
        "closedate < as_of - 14d",
        "closedate > end_of_quarter(contact.planned_purchase)",
    ],
)
def test_unknown_value_never_makes_a_condition_hold(text: str) -> None:
    assert compiled(text)({"as_of": NOW}) is False


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("deal.is_open or competitor", {"deal.is_open": True}, True),
        ("competitor or deal.is_open", {"deal.is_open": True}, True),
        ("deal.is_open and competitor", {"deal.is_open": False}, False),
        ("not (deal.is_open and competitor)", {"deal.is_open": False}, True),
        ("not (competitor and deal.is_open)", {"deal.is_open": False}, True),
        ("deal.is_open and not competitor", {"deal.is_open": True, "competitor": False}, True),
        (
            "competitor or employee and deal.is_open",
            {"competitor": True, "employee": False, "deal.is_open": False},
            True,
        ),
        ("(competitor or employee) and deal.is_open", {"competitor": True, "deal.is_open": False}, False),
    ],
)
def test_known_half_decides_where_it_can(text: str, values: dict[str, Value], expected: bool) -> None:
    assert compiled(text)(values) is expected


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("contact.planned_purchase <= 6m", {"contact.planned_purchase": NOW + 182 * DAY}, True),
        ("contact.planned_purchase <= 6m", {"contact.planned_purchase": NOW + 183 * DAY}, False),
        ("6m >= contact.planned_purchase", {"contact.planned_purchase": NOW + 182 * DAY}, True),
        ("contact.plan <= 1y", {"contact.planned_purchase": NOW + 365 * DAY}, True),
        ("contact.planned_purchase < 2w", {"contact.planned_purchase": NOW + 14 * DAY - 1}, True),
        ("contact.planned_purchase < 48h", {"contact.planned_purchase": NOW + 47 * HOUR}, True),
        ("contact.planned_purchase < 48h", {"contact.planned_purchase": NOW + 49 * HOUR}, False),
        ("closedate < as_of - 14d", {"closedate": NOW - 15 * DAY}, True),
        ("closedate < as_of - 14d", {"closedate": NOW - 13 * DAY}, False),
        ("closedate > as_of + 1w + 1d", {"closedate": NOW + 9 * DAY}, True),
        ("closedate - as_of > 10d", {"closedate": NOW + 11 * DAY}, True),
        ("closedate within 14d", {"closedate": NOW + 14 * DAY}, True),
        ("closedate within 14d", {"closedate": NOW - 14 * DAY}, True),
        ("closedate within 14d", {"closedate": NOW - 14 * DAY - 1}, False),
        ("closedate > end_of_quarter(as_of, +1)", {"closedate": NOW + 181 * DAY}, True),
        ("closedate > end_of_quarter(as_of, +1)", {"closedate": NOW + 179 * DAY}, False),
        ("closedate > end_of_quarter(as_of - 90d)", {"closedate": NOW + 1}, True),
        ("idle >= 2w", {"idle": 14}, True),
        ("idle + 1d >= 2w", {"idle": 13}, True),
        (
            "(deal.planned_purchase or contact.planned_purchase) > as_of + 10d",
            {"contact.planned_purchase": NOW + 11 * DAY},
            True,
        ),
        (
            "(deal.planned_purchase or contact.planned_purchase) > as_of + 10d",
            {"deal.planned_purchase": NOW, "contact.planned_purchase": NOW + 11 * DAY},
            False,
        ),
    ],
)
def test_moments_and_durations(text: str, values: dict[str, Value], expected: bool) -> None:
    assert compiled(text)({**values, "as_of": NOW}) is expected


def test_condition_names_the_keys_it_reads() -> None:
    condition = compiled("contact.plan <= 6m and deal.dealstage in on_hold and company.country == DE")
    assert condition.names == {"contact.planned_purchase", "as_of", "deal.in_on_hold", "company.country"} | {
        "deal.stage_id"
    }
    assert condition.text.startswith("contact.plan")


def test_conditions_of_equal_text_and_names_are_equal() -> None:
    assert compiled("deal.is_open") == compiled("deal.is_open")
    assert "_test" not in repr(compiled("deal.is_open"))


def test_plain_names_need_no_types() -> None:
    condition = compile_condition("x.y in [51,500] and status == BAD", {"x.y", "status"})
    assert condition({"x.y": 60, "status": "bad"})
    assert not condition({"x.y": "60", "status": "bad"})
    assert not compile_condition("status < 5", {"status"})({"status": "a"})
    assert not compile_condition("5 > status", {"status"})({"status": "a"})
    assert not compile_condition("status > other.x", {"status", "other.x"})({"status": "a", "other.x": 1})
    assert not compile_condition("status in [1,2]", {"status"})({"status": "a"})
    assert not compile_condition("status + 1 > 0", {"status"})({"status": "a"})
    assert not compile_condition("status != 5", {"status"})({"status": "a"})


@pytest.mark.parametrize(
    ("text", "position", "message", "hint"),
    [
        ("company.employes < 5", 1, "unknown name 'company.employes'", "did you mean company.employees?"),
        ("deal.is_open and contact.nope", 18, "unknown name 'contact.nope'", "contact.planned_purchase"),
        ("company.industry in target_industry", 21, "unknown set", "did you mean target_industries?"),
        ("idle > average(1, 2)", 8, "unknown function 'average'", "end_of_quarter"),
        ("idle >", 7, "ends too early", "expected"),
        ("", 1, "ends too early", "expected"),
        ("idle 5", 6, "unexpected '5'", "and, or"),
        ("idle > 5 )", 10, "unexpected ')'", "end"),
        ("(idle > 5", 10, "ends too early", ")"),
        ("idle > 5 > 3", 10, "unexpected '>'", "end"),
        ("idle not 5", 10, "unexpected '5'", "in"),
        ("idle in 5", 9, "unexpected '5'", "list"),
        ("idle in [", 10, "ends too early", "number"),
        ("idle in [1, -x]", 14, "unexpected 'x'", "number"),
        ("idle in [1 2]", 12, "unexpected '2'", "]"),
        ("closedate within 5", 18, "unexpected '5'", "14d"),
        ("idle > $", 8, "unexpected '$'", "names"),
        ("idle > 5x", 8, "unexpected '5'", "names"),
        ("idle = 5", 6, "unexpected '='", "=="),
        ("lead_status < 5", 13, "number and text do not compare", "quotes"),
        ("lead_status < abc", 13, "text has no order", "=="),
        ("deal.is_open > true", 14, "flag has no order", "=="),
        ("company.employees == abc", 22, "unknown name 'abc'", "allowed"),
        ("closedate > 5", 11, "moment and number do not compare", "duration"),
        ("lead_status", 1, "a text alone is no condition", "exists"),
        ("5", 1, "a number alone is no condition", "exists"),
        ("deal.is_open + 1 > 2", 14, "+ needs numbers", None),
        ("closedate * 2 > as_of", 11, "a moment takes", None),
        ("closedate - 5 > as_of", 11, "a moment takes", None),
        ("max(lead_status, 1) > 2", 1, "text where a number belongs", None),
        ("closedate > end_of_quarter(idle, 1)", 13, "takes a moment", None),
        ("closedate > end_of_quarter(as_of, idle)", 13, "takes a moment", None),
        ("closedate > end_of_quarter(as_of, 1, 2)", 13, "takes a moment", None),
        ("lead_status within 14d", 13, "text within a duration", "moment"),
        ("lead_status in [1, a]", 13, "either numbers or texts", None),
        ("lead_status in [1, 2]", 13, "a list of numbers for a text", None),
        ("company.employees in [a]", 19, "a list of texts for a number", None),
        ("company.employees in target_industries", 22, "a set of texts for a number", None),
        ("(deal.is_open == true) > 5", 15, "a condition stands where a value belongs", None),
        ("(not deal.is_open) > 5", 6, "a condition stands where a value belongs", None),
        ("idle > 99999999999999999999", 8, "number 99999999999999999999", "at most"),
    ],
)
def test_fault_is_named_with_its_position_and_what_is_allowed(
    text: str, position: int, message: str, hint: str | None
) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled(text)
    assert caught.value.position == position
    assert message in str(caught.value)
    if hint is not None:
        assert hint in (caught.value.hint or "")


def test_present_moment_must_be_known_for_a_duration() -> None:
    vocabulary = Vocabulary(names={"closedate": Name(Type.MOMENT)})
    with pytest.raises(ExpressionError, match="as_of"):
        compile_condition("closedate < 5d", vocabulary)


def test_empty_vocabulary_says_so() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_condition("a", ())
    assert caught.value.hint == "none is known here"


@pytest.mark.parametrize(
    "text", ["(" * 30 + "deal.is_open" + ")" * 30, "not " * 40 + "deal.is_open", "-" * 40 + "1 > 0"]
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="nested too deeply"):
        compiled(text)


def test_long_text_is_refused() -> None:
    with pytest.raises(ExpressionError, match="1200 characters"):
        compiled("a" * 1200)


_words = st.sampled_from(
    [
        *["and", "or", "not", "in", "within", "exists", "(", ")", "[", "]", ",", "==", "<", ">=", "+", "-", "*", "5"],
        *["14d", "'x'", "true", "BAD", "max(", "end_of_quarter(", "target_industries", "on_hold", *VOCABULARY.names],
    ]
)
_values = st.none() | st.booleans() | st.integers(-(10**13), 10**13) | st.floats(allow_nan=False) | st.text(max_size=5)


def _asked(text: str, values: dict[str, Value]) -> None:
    try:
        condition = compiled(text)
    except ExpressionError:
        return
    assert condition(values) in {True, False}


@settings(deadline=None)
@given(st.text(max_size=80), st.dictionaries(st.sampled_from(list(VOCABULARY.names)), _values))
def test_arbitrary_text_raises_nothing_but_its_own_error(text: str, values: dict[str, Value]) -> None:
    _asked(text, values)


@settings(deadline=None)
@given(st.lists(_words, max_size=14), st.dictionaries(st.sampled_from(list(VOCABULARY.names)), _values))
def test_arbitrary_words_raise_nothing_but_their_own_error(words: list[str], values: dict[str, Value]) -> None:
    _asked(" ".join(words), values)


@settings(deadline=None)
@given(st.integers(-100, 100), st.integers(-100, 100), st.integers(-100, 100))
def test_range_is_inclusive_at_both_ends(value: int, one: int, other: int) -> None:
    holds = compiled(f"idle in [{one}, {other}]")({"idle": value})
    assert holds is (min(one, other) <= value <= max(one, other))


@settings(deadline=None)
@given(st.sampled_from([True, False, None]), st.sampled_from([True, False, None]))
def test_and_or_not_follow_three_valued_logic(first: bool | None, second: bool | None) -> None:
    values = {"deal.is_open": first, "competitor": second}
    both = None if None in {first, second} and False not in {first, second} else bool(first and second)
    either = None if None in {first, second} and True not in {first, second} else bool(first or second)
    assert compiled("deal.is_open and competitor")(values) is (both is True)
    assert compiled("not (deal.is_open and competitor)")(values) is (both is False)
    assert compiled("deal.is_open or competitor")(values) is (either is True)
    assert compiled("not (deal.is_open or competitor)")(values) is (either is False)
