"""The one error root: a code, what is wrong, and what to do next. Never personal data."""

from typing import ClassVar, Self


class NuudelError(Exception):
    """An error that a person can act on.

    Parameters
    ----------
    number
        Number within the room; with the room's prefix it makes the code, e.g. ``LEDGER-102``.
    problem
        What is wrong, in one sentence without personal data, ending with a full stop.
    next_step
        What the reader should do, in one sentence ending with a full stop.
    fields
        The names of the columns, keys or options concerned.
    """

    room: ClassVar[str] = "NUUDEL"

    def __init__(self, number: int, problem: str, next_step: str, fields: tuple[str, ...] = ()) -> None:
        self.code = f"{self.room}-{number}"
        self.problem = problem
        self.next_step = next_step
        self.fields = fields
        super().__init__(f"{self.code}: {problem} {next_step}")

    def at(self, where: str, fields: tuple[str, ...] = ()) -> Self:
        """The same error with the place where it was found, such as a line."""
        number = int(self.code.rpartition("-")[2])
        problem = f"{self.problem.rstrip('.')} ({where})."
        return type(self)(number, problem, self.next_step, fields or self.fields)


class PackError(NuudelError):
    """A pack, or a table of one, cannot be read."""

    room = "PACK"


class PlacesError(NuudelError):
    """A place, a boundary file or a crosswalk is unknown or contradicts itself."""

    room = "PLACES"


class PeopleError(NuudelError):
    """A name, a document or a linkage of persons that cannot be what it is said to be."""

    room = "PEOPLE"


class LedgerError(NuudelError):
    """A fact, or a file of facts, cannot be accepted or asked for."""

    room = "LEDGER"


class SurveyError(NuudelError):
    """A form, a submission or a mapping cannot be read, or does not say what it must."""

    room = "SURVEY"


class StatisticsError(NuudelError):
    """An indicator cannot be computed from what was given."""

    room = "STATISTICS"


class ModelError(NuudelError):
    """A model cannot be estimated, or a forecast cannot be made, from what was given."""

    room = "MODEL"


class PublicationError(NuudelError):
    """A table or report cannot be written or read."""

    room = "PUBLICATION"


class RunError(NuudelError):
    """A command or a step of the pipeline cannot do its work."""

    room = "RUN"


class WebError(NuudelError):
    """A request, a record or the web service cannot be served or accepted."""

    room = "WEB"
