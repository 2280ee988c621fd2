from syncer.scoring import Levels, Trigger, hysteresis, step

LEVELS = Levels(enter=60, exit=45, dwell=3)


def test_hysteresis_sequence_reads_illlllliil():
    daily = [58, 60, 59, 46, 44, 47, 44, 44, 44, 50, 60]
    assert "".join("L" if state.high else "I" for state in hysteresis(daily, LEVELS)) == "ILLLLLLLIIL"


def test_the_dead_band_interrupts_the_count_below():
    low = step(step(Trigger(high=True), 44, LEVELS), 44, LEVELS)
    assert low == Trigger(high=True, below=2)
    assert step(low, 45, LEVELS) == Trigger(high=True, below=0)


def test_the_dead_band_lifts_nobody():
    assert not step(Trigger(), 59.99, LEVELS).high


def test_a_dwell_of_one_falls_at_once():
    assert not step(Trigger(high=True), 44.99, Levels(60, 45, 1)).high


def test_counting_goes_on_from_a_given_state():
    assert [state.high for state in hysteresis([44], LEVELS, Trigger(high=True, below=2))] == [False]
