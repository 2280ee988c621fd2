"""The section `score_model`: points for who a contact is and for what it does (domain D2)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from syncer.agreement.base import Days, Grade, Ident, Points, Rule, Section

#: From a quarter of an hour; what lasts longer than this does not fade.
FadingDays = Annotated[float, Field(ge=0.01, le=1_000_000)]
CapPoints = Annotated[float, Field(ge=0, le=1_000_000)]
#: Grades and levels that a threshold begins; D and 4 are what is left.
UpperGrade = Literal["A", "B", "C"]
UpperLevel = Annotated[int, Field(ge=1, le=3)]
Count = Annotated[int, Field(ge=1)]


class Action(StrEnum):
    """What a cell of the matrix means."""

    SALES_READY = "sales_ready"
    MQL = "mql"
    INQUIRY = "inquiry"
    SUSPECT = "suspect"
    OUT = "out"


class DecayKind(StrEnum):
    """How points fade with age."""

    EXPONENTIAL = "exponential"
    LINEAR = "linear"
    NONE = "none"


class Per(StrEnum):
    """Repetitions within one of these count once."""

    DAY = "day"
    URL_DAY = "url_day"
    WEEK = "week"


class Label(Section):
    """How a rule is called before people."""

    de: str
    en: str


class ApprovedBy(Section):
    """Who agreed to this model in both teams."""

    marketing: str
    sales: str


class Scale(Section):
    """Where both scores are clamped."""

    fit: tuple[Points, Points] = (0, 100)
    engagement: tuple[Points, Points] = (0, 100)


class Decay(Section):
    """How points fade: exponential `p·2^(-age/half_life)`, linear `p·max(0, 1 - rate·age/period)`, or not."""

    kind: DecayKind = DecayKind.EXPONENTIAL
    #: Exponential: days after which half is left.
    half_life_days: FadingDays = 30
    #: Linear: share lost per period.
    rate: Annotated[float, Field(ge=0.0001, le=1)] = 0.5
    #: Linear: days of a period.
    period_days: FadingDays = 30


class FitRule(Section):
    """Points for a fact of the profile."""

    id: Ident
    when: Rule = Field(validation_alias="if", serialization_alias="if")
    pts: Points
    label: Label | None = None


class FitGroup(Section):
    """Fit rules under one cap."""

    cap: CapPoints
    #: Only the first rule that holds counts.
    first_match: bool = False
    rules: tuple[FitRule, ...] = ()


class FitModel(Section):
    """Who the contact is."""

    groups: Mapping[Ident, FitGroup] = Field(default_factory=dict)


class EngagementRule(Section):
    """Points for an event."""

    id: Ident
    event: Ident
    pts: Points
    when: Rule | None = Field(default=None, validation_alias="if", serialization_alias="if")
    #: Days after which half is left; None takes the model's decay.
    half_life_days: FadingDays | None = None
    #: A decay of its own, or `none`; None takes the model's.
    decay: Decay | Literal["none"] | None = None
    #: Only the latest so many count.
    max: Count | None = None
    per: Per | None = None
    #: Only one event per content counts.
    distinct_by: Literal["asset", "subject"] | None = None
    label: Label | None = None


class EngagementGroup(Section):
    """Engagement rules under one cap."""

    cap: CapPoints
    rules: tuple[EngagementRule, ...] = ()


class EngagementModel(Section):
    """What the contact does."""

    #: Only events of the current cycle count.
    window: Literal["cycle"] = "cycle"
    default_decay: Decay = Field(default_factory=Decay)
    groups: Mapping[Ident, EngagementGroup] = Field(default_factory=dict)


class NegativeRule(Section):
    """Points taken off outside all groups, for a fact (`if`) or an event."""

    id: Ident
    when: Rule | None = Field(default=None, validation_alias="if", serialization_alias="if")
    event: Ident | None = None
    fit: Points | None = None
    engagement: Points | None = None
    half_life_days: FadingDays | None = None
    decay: Decay | Literal["none"] | None = None
    label: Label | None = None


class Gate(Section):
    """Keeps a contact out before any score."""

    id: Ident
    when: Rule = Field(validation_alias="if", serialization_alias="if")
    result: Literal["OUT"] = "OUT"


class Hysteresis(Section):
    """What keeps stages from flapping (domain D4)."""

    #: Points below a threshold at which leaving begins.
    exit_gap: CapPoints = 15
    #: Consecutive daily evaluations below before the stage falls.
    dwell_days: Annotated[Days, Field(ge=1)] = 14
    #: No new hand-over by score alone for so long after a rejection.
    cooldown_after_reject_days: Days = 30


def _grades() -> Mapping[UpperGrade, float]:
    return {"A": 75, "B": 50, "C": 25}


def _levels() -> Mapping[int, float]:
    return {1: 60, 2: 40, 3: 20}


class Thresholds(Section):
    """Where grades and levels begin."""

    grade: Mapping[UpperGrade, float] = Field(default_factory=_grades)
    level: Mapping[UpperLevel, float] = Field(default_factory=_levels)
    hysteresis: Hysteresis = Field(default_factory=Hysteresis)


class ExplicitSalesReady(Section):
    """Requests that need no score."""

    events: tuple[Ident, ...] = ()
    min_grade: Grade = "C"
    #: What a request from below the grade becomes.
    below: Literal["review_queue"] = "review_queue"


class ScoreModel(Section):
    """Fit and engagement, thresholds, and what each cell means."""

    id: str = "default"
    version: Annotated[int, Field(ge=1)] = 1
    valid_from: date | None = None
    approved_by: ApprovedBy | None = None
    scale: Scale = Field(default_factory=Scale)
    fit: FitModel = Field(default_factory=FitModel)
    engagement: EngagementModel = Field(default_factory=EngagementModel)
    negative: tuple[NegativeRule, ...] = ()
    gates: tuple[Gate, ...] = ()
    thresholds: Thresholds = Field(default_factory=Thresholds)
    #: Grade to the actions of levels 1, 2, 3 and below.
    matrix: Mapping[Grade, tuple[Action, Action, Action, Action]]
    explicit_sales_ready: ExplicitSalesReady = Field(default_factory=ExplicitSalesReady)
    handover_capacity_per_week: Count = 40
