"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.setups import views

urlpatterns = [path("setup/", views.setup, name="displacement_setup")]
