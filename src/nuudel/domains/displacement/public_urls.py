"""The domain's addresses for everybody, gathered from its parts."""

from nuudel.domains.displacement.publishing import urls as publishing

urlpatterns = [*publishing.public_urlpatterns]
