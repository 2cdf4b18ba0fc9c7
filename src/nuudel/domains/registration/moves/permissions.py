"""Who may do what with moves, and who may open their pages.

A move is made by ``report`` alone (``report.report_move``): the shell's empty form knows no household.
"""

from nuudel.domains.registration.service import WRITES
from nuudel.web.access.roles import PermissionTable, Role, Scope, permit
from nuudel.web.access.routes import PUBLIC, Rule, of_record, of_roles

DECIDING = ("verify", "ask_for_papers", "approve", "refuse", "uphold", "reverse")
"""Steps of the destination's office alone; ``rules`` keeps the origin's from them."""

GRANTS: PermissionTable = {
    "registration.move": (
        *permit(
            Role.REGISTRAR, Scope.PLACE, "report", "change", "comment", "read", "withdraw", "send_papers"
        ),
        *permit(Role.REGISTRAR, Scope.PLACE, *DECIDING),
        *permit(Role.CITIZEN, Scope.OWN, "report", "read", "comment", "send_papers", "withdraw", "appeal"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
    "registration.move_member": (
        *permit(Role.REGISTRAR, Scope.PLACE, "read"),
        *permit(Role.CITIZEN, Scope.OWN, "read", "agree"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
    "registration.move_draft": (
        *permit(Role.REGISTRAR, Scope.OWN, "read", "change"),
        *permit(Role.CITIZEN, Scope.OWN, "read", "change"),
        *permit(Role.SERVICE, Scope.ALL, "read", *WRITES),
    ),
}

ROUTES: dict[str, Rule] = {
    "moves": of_roles(
        Role.CITIZEN, Role.REGISTRAR
    ),  # leads a citizen to the household, an officer to what waits
    "moves_my": of_roles(Role.CITIZEN),
    "moves_agree": of_record("registration.move_member"),
    "moves_office": of_roles(Role.REGISTRAR),
    "moves_search": of_roles(Role.REGISTRAR),
    "moves_decide": of_roles(Role.REGISTRAR),
    "moves_report": of_roles(Role.CITIZEN, Role.REGISTRAR),
    "moves_case": of_record("registration.move"),
    "moves_paper": of_record("registration.move"),
    "moves_certificate": of_record("registration.move"),
    "moves_follow": PUBLIC,
    "moves_verify": PUBLIC,
    "moves_verify_form": PUBLIC,
}
