"""Who may do what with the domain: gathered from its parts."""

from nuudel.domains.displacement.alerts import permissions as alerts
from nuudel.domains.displacement.collect import permissions as collect
from nuudel.domains.displacement.entities import permissions as entities
from nuudel.domains.displacement.forms import permissions as forms
from nuudel.domains.displacement.frames import permissions as frames
from nuudel.domains.displacement.operations import permissions as operations
from nuudel.domains.displacement.points import permissions as points
from nuudel.domains.displacement.publishing import permissions as publishing
from nuudel.domains.displacement.quality import permissions as quality
from nuudel.domains.displacement.rehearsal import permissions as rehearsal
from nuudel.domains.displacement.results import permissions as results
from nuudel.domains.displacement.setups import permissions as setups
from nuudel.domains.displacement.submissions import permissions as submissions
from nuudel.domains.displacement.webforms import permissions as webforms
from nuudel.web.access.roles import PermissionTable, merged
from nuudel.web.access.routes import Rule

PERMISSIONS: PermissionTable = merged(
    part.GRANTS for part in (entities, operations, frames, submissions, quality, forms, alerts, publishing)
)
ROUTES: dict[str, Rule] = {
    name: rule
    for part in (
        operations,
        entities,
        frames,
        submissions,
        quality,
        forms,
        collect,
        webforms,
        points,
        publishing,
        rehearsal,
        results,
        setups,
    )
    for name, rule in part.ROUTES.items()
}
