"""Who recommends: a customer whose latest NPS answer promotes, and whatever else the agreement asks (domain B7)."""

from syncer.funnel.facts import ContactFacts, Relationship
from syncer.funnel.rules import Rules
from syncer.moments import Millis
from syncer.records import Answer

PROMOTER = "promoter"

_NPS = "NPS"
_SAID = "evangelist"


def is_promoter(facts: ContactFacts, relationship: Relationship, rules: Rules, as_of: Millis) -> bool:
    """Say whether a contact recommends as of a moment; the CRM's own word for it counts as well."""
    if relationship is not Relationship.CUSTOMER:
        return False
    if facts.contact.lifecycle == _SAID:
        return True
    surveys = rules.agreement.surveys
    votes = [one for one in facts.answers if one.answered_at <= as_of and one.value is not None and _asks(one, rules)]
    if not votes or (votes[-1].value or 0) < surveys.promoter_from:
        return False
    return rules.promotes is None or rules.promotes(facts, as_of)


def _asks(answer: Answer, rules: Rules) -> bool:
    return answer.survey_type == _NPS or (answer.survey_id or "") in rules.agreement.surveys.nps
