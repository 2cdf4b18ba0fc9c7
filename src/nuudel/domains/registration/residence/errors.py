"""What can stand against an event of residence."""

from nuudel.base.errors import WebError

NEXT = {
    "lives_here": "End the residence there first, or register a move.",
    "lives_nowhere": "Begin a residence first.",
    "not_living": "Open the person's record: it says why nothing can begin there.",
    "future": "Give a day that has come.",
    "before_birth": "Correct the day, or the day of birth.",
    "out_of_order": "Look at the person's residence, reverse what is wrong, and enter it anew.",
    "reversed": "Open the list again: somebody has reversed it already.",
    "is_reversal": "Enter the event anew instead.",
    "dissolved": "Choose a household that is there, or open a new one.",
}
"""What is wrong, each with the next step; the words are ``registration.residence_wrong.<code>``."""
PROBLEMS = {
    "lives_here": "the person lives in a household already.",
    "lives_nowhere": "the person lives in no household.",
    "not_living": "the person's record is closed: deceased, merged or away.",
    "future": "the day lies in the future.",
    "before_birth": "the day precedes the birth.",
    "out_of_order": "the event contradicts the person's other events.",
    "reversed": "the event was reversed already.",
    "is_reversal": "a reversal is not reversed.",
    "dissolved": "the household is dissolved.",
}


class ResidenceError(WebError):
    """An event of residence that cannot be: ``code_word`` says why, one of ``NEXT``.

    ``WEB-402``, without a word of whom it is about.
    """

    def __init__(self, why: str, fields: tuple[str, ...] = ("day",)) -> None:
        self.why = why
        super().__init__(402, PROBLEMS[why], NEXT[why], fields)
