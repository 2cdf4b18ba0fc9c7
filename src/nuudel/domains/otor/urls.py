"""The register's own pages, gathered from its parts."""

from nuudel.domains.otor.broadcasts import urls as broadcasts
from nuudel.domains.otor.care import urls as care
from nuudel.domains.otor.households import urls as households
from nuudel.domains.otor.my import urls as my
from nuudel.domains.otor.pages import urls as pages
from nuudel.domains.otor.pasture import urls as pasture
from nuudel.domains.otor.requests import urls as requests
from nuudel.domains.otor.risk import urls as risk

PARTS = (requests, households, care, broadcasts, my, pages, pasture, risk)

urlpatterns = [pattern for part in PARTS for pattern in part.urlpatterns]
