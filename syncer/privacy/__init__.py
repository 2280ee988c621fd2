"""Privacy by construction: tombstones that name nobody, figures that outlive the person, events that need consent."""

from syncer.privacy.blurring import blur_of
from syncer.privacy.consent import consent_test
from syncer.privacy.reducing import Told, reduced
from syncer.privacy.tombstones import Tombstoner, new_key

__all__ = ["Told", "Tombstoner", "blur_of", "consent_test", "new_key", "reduced"]
