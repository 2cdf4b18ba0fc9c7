"""Who may open the herder's pages: whoever signs in; without a household they show the link form alone."""

from nuudel.web.access.roles import PermissionTable
from nuudel.web.access.routes import SIGNED_IN, Rule

GRANTS: PermissionTable = {}

ROUTES: dict[str, Rule] = dict.fromkeys(
    ("otor_my", "otor_my_link", "otor_my_ask", "otor_my_extend"), SIGNED_IN
)
