"""Who fills forms in a browser: who may be assigned to an area. The views look up the own assignments."""

from nuudel.domains.displacement.roles import RUNNING, SENDING
from nuudel.web.access.routes import Rule, of_roles

ADDRESSES = ("webforms", "webforms_worker", "webforms_session")
OF_FORM = ("webform", "webform_xml", "webform_file", "webform_send")
ROUTES: dict[str, Rule] = {
    f"displacement_{name}": of_roles(SENDING, *RUNNING) for name in (*ADDRESSES, *OF_FORM)
}
