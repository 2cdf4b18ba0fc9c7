"""Pairs enter the register: by a registrar's entry, by an officer, by the batch; each pair once."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from nuudel.domains.registration import kinds, models
from nuudel.web.accounts.models import User
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.shell.states import CREATED


def note_pair(
    user: User,
    first: models.Person,
    second: models.Person,
    *,
    found_by: str,
    agreeing: Sequence[str],
    probability: float,
) -> models.Pair:
    """The pair of two persons, in either order: made where there is none, else as it stands.

    A pair that was decided stays decided. It is made with the system's rights, in the user's name: the
    other person may live where the user has no posting.

    Parameters
    ----------
    found_by
        One of ``codes.PAIR_SOURCES``.
    agreeing
        The names of the fields that agree.
    probability
        Of being one person, 0 to 1, by the linkage or by the likeness of the names.
    """
    assert first.pk != second.pk, "nobody is a pair with himself"
    first, second = sorted((first, second), key=lambda person: person.pk)
    with service_rights():
        known = models.Pair.objects.filter(first=first, second=second)
        found = known.first()
        if found is None:
            made = models.Pair(
                first=first,
                second=second,
                found_by=found_by,
                agreeing=sorted(agreeing),
                probability=probability,
                place=first.place,
                other_place=second.place,
                institution=first.institution,
            )
            try:
                with transaction.atomic():
                    records.follow(user, record_types()[kinds.PAIR], made, CREATED)
            except IntegrityError:  # somebody else has just noted it
                return known.get()
            return made
    return found
