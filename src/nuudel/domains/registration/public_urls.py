"""The register's short addresses for everybody, gathered from its parts."""

from nuudel.domains.registration.moves import urls as moves

urlpatterns = [*moves.public_urlpatterns]
