"""Addresses of the public pages, under a language."""

from django.urls import path

from nuudel.web.pages import activities, data, places, years

urlpatterns = [
    path("places/", places.places, name="places"),
    path("places/<str:code>/", places.place, name="place"),
    path("compare/", places.compare, name="compare"),
    path("timeline/", years.timeline, name="timeline"),
    path("activities/", activities.activities, name="activities"),
    path("reports/", data.reports, name="reports"),
    path("reports/<str:name>", data.report, name="report"),
    path("data/", data.tables, name="data"),
    path("data/<slug:name>/", data.table, name="table"),
    path("data/<slug:name>/<str:file>", data.table_file, name="table_file"),
    path("download/<slug:what>.<slug:form>", data.download, name="download"),
]
