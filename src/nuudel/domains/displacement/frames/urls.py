"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.frames import taking, views

urlpatterns = [
    path("frame/", views.frame, name="displacement_frame"),
    path("frame/table.csv", taking.frame_table, name="displacement_frame_table"),
    path("places.csv", taking.place_codes, name="displacement_place_codes"),
    path("plan/", views.planned, name="displacement_plan"),
    path("coverage/", views.coverage, name="displacement_coverage"),
    path("coverage/part/", views.coverage_part, name="displacement_coverage_part"),
    path("calendar/", views.calendar, name="displacement_calendar"),
    path("informants/", views.informants, name="displacement_informants"),
    path("team/assign/", views.team_assign, name="displacement_team_assign"),
]
