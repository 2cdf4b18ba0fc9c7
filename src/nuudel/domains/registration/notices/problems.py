"""What keeps a notice from being applied."""

PROBLEMS = (
    "person_unknown",
    "parent_unknown",
    "parent_not_resident",
    "parent_too_young",
    "child_known",
    "day_differs",
    "name_unreadable",
    "not_living",
    "before_birth",
    "already_married",
    "not_married",
    "earlier_unknown",
    "earlier_changed",
    "residence",
    "unreadable",
)
"""Their words are ``registration.problem_code.<code>`` and ``registration.notice_next.<code>``."""

WAITING = ("person_unknown", "parent_unknown", "earlier_unknown")
"""Problems that go away by themselves when another notice comes."""
