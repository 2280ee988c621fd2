"""Troubles to order: what goes wrong, on which calls, how often. Data and a seed, so that a bad day can be repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from connectors.sandbox.draws import Draws


class Trouble(Enum):
    """What goes wrong with a call."""

    #: The 429s, with HubSpot's bodies.
    BURST_LIMIT = "burst_limit"
    SEARCH_LIMIT = "search_limit"
    DAILY_LIMIT = "daily_limit"
    #: 423, the record is locked for two seconds.
    LOCKED = "locked"
    #: 477 with Retry-After: the account moves to another data centre.
    MIGRATING = "migrating"
    #: `Fault.status` instead of doing what was asked.
    STATUS = "status"
    #: What was asked is done, then `Fault.status` is answered.
    STATUS_AFTER = "status_after"
    #: The connection breaks before anything was done.
    RESET_BEFORE = "reset_before"
    #: What was asked is done, then the connection breaks.
    RESET_AFTER = "reset_after"
    #: What was asked is done, half of the answer arrives.
    TRUNCATED = "truncated"
    #: A page that has a next one does not say so.
    CUT_LIST = "cut_list"
    #: 200 with a web page.
    HTML = "html"
    #: 200 with nothing in it.
    EMPTY = "empty"
    #: A batch write answers success, with neither results nor errors, and writes nothing.
    IGNORED_WRITE = "ignored_write"
    #: A read by id shows records as they were before their latest change.
    STALE_READ = "stale_read"
    #: The answer takes `Fault.seconds` longer.
    LATENCY = "latency"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One trouble and the calls it befalls."""

    trouble: Trouble
    #: How likely a fitting call is hit.
    probability: float = 0.0
    #: This many fitting calls are hit for certain, after `skip` that are not.
    times: int = 0
    skip: int = 0
    #: Calls fit when their path contains this text.
    path: str = ""
    #: Calls fit when their method is one of these; empty means any.
    methods: frozenset[str] = frozenset()
    status: int = 502
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Faults:
    """A bad day."""

    rules: Sequence[Fault] = ()
    seed: int = 1


NONE = Faults()


class Fate:
    """Deals out the troubles of one bad day."""

    def __init__(self, faults: Faults) -> None:
        self._rules = tuple(faults.rules)
        self._draws = Draws(faults.seed)
        self._fitting = [0] * len(self._rules)
        #: Troubles dealt out, by kind.
        self.dealt: dict[Trouble, int] = {}

    def of(self, method: str, path: str) -> tuple[Fault, ...]:
        """Return the faults that befall the next call."""
        hit = tuple(rule for index, rule in enumerate(self._rules) if self._hits(index, method, path))
        for rule in hit:
            self.dealt[rule.trouble] = self.dealt.get(rule.trouble, 0) + 1
        return hit

    def _hits(self, index: int, method: str, path: str) -> bool:
        rule = self._rules[index]
        if rule.path not in path or (rule.methods and method not in rule.methods):
            return False
        self._fitting[index] += 1
        ordered = rule.skip < self._fitting[index] <= rule.skip + rule.times
        return ordered or (rule.probability > 0 and self._draws.chance() < rule.probability)
