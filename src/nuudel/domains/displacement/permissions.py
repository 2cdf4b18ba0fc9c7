"""Who may do what with the domain: gathered from its parts."""

from nuudel.domains.displacement.collect import permissions as collect
from nuudel.domains.displacement.forms import permissions as forms
from nuudel.domains.displacement.operations import permissions as operations
from nuudel.domains.displacement.submissions import permissions as submissions
from nuudel.web.access.roles import PermissionTable, merged
from nuudel.web.access.routes import Rule

PERMISSIONS: PermissionTable = merged(part.GRANTS for part in (operations, submissions, forms))
ROUTES: dict[str, Rule] = {
    name: rule for part in (operations, submissions, forms, collect) for name, rule in part.ROUTES.items()
}
