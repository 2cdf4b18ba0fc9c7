"""Addresses of the API; everything else under ``/api/`` is unknown, and says so as a problem."""

from django.urls import path, re_path

from nuudel.web.api import pages, pxweb
from nuudel.web.api.operations import api

urlpatterns = [
    path("api/", pages.docs, name="api-root"),
    path("api/v1/", pages.docs, name="api-v1-root"),
    path("api/v1/openapi.json", pages.openapi, name="api-openapi"),
    path("api/v1/docs", pages.docs, name="api-docs"),
    path("api/v1/", api.urls),
    path("api/pxweb/v1/<str:lang>/<path:rest>", pxweb.version1, name="pxweb-1"),
    path("api/pxweb/v1/<str:lang>/", pxweb.version1, name="pxweb-1-databases"),
    path("api/pxweb/v2/<path:rest>", pxweb.version2, name="pxweb-2"),
    re_path(r"^api/", pages.unknown, name="api-unknown"),
]
