"""What the page of a pair shows beside the shell's: both persons, and the decision while it is open."""

from collections.abc import Mapping

from nuudel.domains.registration import kinds
from nuudel.domains.registration.duplicates.comparing import FIELDS, lists_of, rows_of
from nuudel.domains.registration.duplicates.evidence import grounds, papers
from nuudel.domains.registration.duplicates.forms import DecisionForm
from nuudel.domains.registration.duplicates.reach import missing_office
from nuudel.domains.registration.duplicates.states import DECISIONS
from nuudel.domains.registration.models import Pair, Person
from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.facts.service import service_rights
from nuudel.web.shell import records


def content(user: User, pair: Pair, form: DecisionForm | None = None) -> Mapping[str, object]:
    """Both persons as far as the decision needs them, which the audit notes for each of them.

    They are read with the system's rights: whoever works at one of the two places decides on the pair.
    """
    with service_rights():
        rows = Person.objects.select_related("household__dwelling", "mother", "father")
        first, second = rows.get(pk=pair.first_id), rows.get(pk=pair.second_id)  # an edge node may lack one
        told = {
            "rows": rows_of(first, second),
            "lists": lists_of(first, second),
            "grounds": sorted(grounds(pair, first, second)),
            "twins": first.mother_id is not None and first.mother_id == second.mother_id,
            "both_offices": missing_office(user, pair, first, second),
        }
    note_audit("read", kinds.PERSON, [first.pk, second.pk], sorted(name for name, _ in FIELDS))
    note_audit("read", kinds.DOCUMENT, [first.pk, second.pk], ["number"])
    is_open = pair.state == "found" and may(user, kinds.PAIR, "keep_apart", pair)
    if is_open and form is None:
        first_values = {"kept": pair.kept_id, "ground": pair.ground, "evidence": pair.evidence}
        initial = first_values | {"paper": pair.paper, "version": records.version_of(pair)}
        form = DecisionForm(pair, papers(pair), initial=initial)
    return {
        "pair": pair,
        "first": first,
        "second": second,
        "kept": {one.pk: one for one in (first, second)}.get(pair.kept_id) if pair.kept_id else None,
        "form": form if is_open else None,
        "steps": DECISIONS if is_open else (),
        **told,
    }
