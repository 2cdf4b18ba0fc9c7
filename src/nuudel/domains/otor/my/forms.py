"""The herder's forms: the link to the household, and the request."""

from nuudel.domains.otor.models import HerderHousehold, OtorRequest
from nuudel.domains.otor.requests.forms import RequestForm
from nuudel.domains.otor.requests.record_types import REQUEST
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import User


class HerderForm(RequestForm):
    """A request of one's own household: the same questions, without the code."""

    def __init__(self, user: User, household: HerderHousehold, *args: object, **options: object) -> None:
        super().__init__(REQUEST, user, *args, **options)
        self.household = household
        self.fields.pop("household_code")
        self.initial.setdefault("persons", household.persons)
        self.initial.setdefault("school_children", household.school_children)

    def filled(self) -> Record:
        record = self.instance
        assert isinstance(record, OtorRequest)
        record.place, record.other_place = self.cleaned_data["place"], self.household.place
        record.household, record.institution = self.household, self.household.institution
        return record
