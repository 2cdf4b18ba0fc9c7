"""Who may do what with the register of otor: gathered from its parts."""

from nuudel.domains.otor.broadcasts import permissions as broadcasts
from nuudel.domains.otor.care import permissions as care
from nuudel.domains.otor.households import permissions as households
from nuudel.domains.otor.my import permissions as my
from nuudel.domains.otor.pages import permissions as pages
from nuudel.domains.otor.pasture import permissions as pasture
from nuudel.domains.otor.requests import permissions as requests
from nuudel.domains.otor.risk import permissions as risk
from nuudel.web.access.roles import PermissionTable, merged
from nuudel.web.access.routes import Rule

PARTS = (requests, households, care, broadcasts, my, pages, pasture, risk)

PERMISSIONS: PermissionTable = merged(part.GRANTS for part in PARTS)
ROUTES: dict[str, Rule] = {name: rule for part in PARTS for name, rule in part.ROUTES.items()}
