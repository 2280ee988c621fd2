"""What the hand-over board says of one lead: until when sales acts, and who has to hear of it."""

from jobs.web.handovers import acts_by, heard_by
from tests.unit.funnel.build import at, row
from tests.unit.handover.test_sla import demo, sla


def test_who_was_called_is_to_be_decided_on_and_nobody_else_hears_of_it() -> None:
    called = sla(demo(), row("2026-11-24T11:30", "call", actor="o"), as_of="2026-11-24T15:00")
    assert acts_by(called) == at("2026-11-26T10:00")
    assert heard_by(called, at("2026-11-24T15:00")) == ["owner"]
    assert heard_by(called, at("2026-11-24T10:30")) == []


def test_who_was_called_in_time_was_nobody_else_s_matter() -> None:
    called = sla(demo(), row("2026-11-24T11:00", "call", actor="o"), as_of="2026-11-24T15:00")
    assert heard_by(called, at("2026-11-24T15:00")) == []


def test_who_was_not_called_is_late_and_goes_up_as_time_passes() -> None:
    alone = sla(demo(), as_of="2026-11-24T10:30")
    assert acts_by(alone) == at("2026-11-24T11:00")
    assert [heard_by(alone, at(f"2026-11-24T{hour}")) for hour in ("10:59", "11:00", "12:00")] == [
        [],
        ["owner"],
        ["owner", "team_lead"],
    ]
