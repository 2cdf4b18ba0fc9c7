"""The domain's own pages, gathered from its parts."""

from nuudel.domains.displacement.entities import urls as entities
from nuudel.domains.displacement.forms import urls as forms
from nuudel.domains.displacement.frames import urls as frames
from nuudel.domains.displacement.operations import urls as operations
from nuudel.domains.displacement.points import urls as points
from nuudel.domains.displacement.publishing import urls as publishing
from nuudel.domains.displacement.quality import urls as quality
from nuudel.domains.displacement.rehearsal import urls as rehearsal
from nuudel.domains.displacement.results import urls as results
from nuudel.domains.displacement.setups import urls as setups
from nuudel.domains.displacement.submissions import urls as submissions
from nuudel.domains.displacement.webforms import urls as webforms

urlpatterns = [
    pattern
    for part in (
        operations,
        entities,
        frames,
        forms,
        submissions,
        quality,
        webforms,
        points,
        publishing,
        rehearsal,
        results,
        setups,
    )
    for pattern in part.urlpatterns
]
