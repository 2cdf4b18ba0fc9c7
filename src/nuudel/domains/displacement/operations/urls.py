"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.operations import views

urlpatterns = [
    path("key/", views.device, name="displacement_device"),
    path("collecting/", views.collecting, name="displacement_collecting"),
]
