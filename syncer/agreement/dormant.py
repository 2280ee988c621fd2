"""What an agreement promises and nothing acts on yet: said aloud, since a signed key is expected to work."""

from collections.abc import Mapping, Sequence

from syncer.agreement.load import load_default
from syncer.agreement.model import Agreement

#: Keys that are kept with the signatures and read by people only.
KEYS = (
    "agreement.sla.attempts_before_give_up",
    "closed_other.propose.auto_apply_after_grace",
)


def dormant(agreement: Agreement) -> Sequence[str]:
    """Return what an agreement asks for beyond the default and does not get, one sentence each."""
    ours, default = (one.model_dump(mode="json", by_alias=True) for one in (agreement, load_default()))
    return [f"{key} is signed, but nothing acts on it yet" for key in KEYS if _at(ours, key) != _at(default, key)]


def _at(tree: object, key: str) -> object:
    for part in key.split("."):
        tree = tree[part] if isinstance(tree, Mapping) else None
    return tree
