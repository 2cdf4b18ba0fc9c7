"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.rehearsal import views

urlpatterns = [
    path("rehearse/", views.rehearse, name="displacement_rehearse"),
    path("rehearse/end/", views.end, name="displacement_rehearse_end"),
]
