"""Addresses of the work pages, under a language; the same for all domains."""

from django.urls import path

from nuudel.web.shell.views import files, home, lists, records, written

KIND = "desk/<slug:domain>/<slug:kind>/"
ONE = f"{KIND}<uuid:pk>/"

urlpatterns = [
    path("desk/", home.work, name="work"),
    path("desk/notices/", home.notices, name="notices"),
    path("desk/notices/seen/", home.notices_seen, name="notices_seen"),
    path(f"{KIND}list/", lists.record_list, name="record_list"),
    path(f"{KIND}export.csv", lists.record_export, name="record_export"),
    path(f"{KIND}counts.csv", lists.record_counts, name="record_counts"),
    path(f"{KIND}new/", written.record_new, name="record_new"),
    path(ONE, records.record, name="record"),
    path(f"{ONE}change/", written.record_change, name="record_change"),
    path(f"{ONE}step/<slug:action>/", records.record_step, name="record_step"),
    path(f"{ONE}comment/", records.record_comment, name="record_comment"),
    path(f"{ONE}attach/", files.record_attach, name="record_attach"),
    path(f"{ONE}file/<uuid:file>/", files.record_file, name="record_file"),
]
