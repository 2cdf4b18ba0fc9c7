"""What can stand against a person's entry in the register."""

from nuudel.base.errors import WebError
from nuudel.web.shell.errors import BrokenRulesError
from nuudel.web.shell.record_types import Problem


class NumberTakenError(BrokenRulesError):
    """``WEB-401``: another record of the register has the registration number; it came first."""

    def __init__(self) -> None:
        super().__init__([Problem("registration_number", "registration.person.number_taken_now")])
        WebError.__init__(
            self,
            401,
            "another record of the register has this registration number.",
            "Look the number up and work with the record that is there.",
            ("registration_number",),
        )
