"""The domain's own pages, gathered from its parts."""

from nuudel.domains.displacement.forms import urls as forms
from nuudel.domains.displacement.operations import urls as operations
from nuudel.domains.displacement.submissions import urls as submissions

urlpatterns = [pattern for part in (operations, forms, submissions) for pattern in part.urlpatterns]
