"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.quality import views

urlpatterns = [path("enumerators/", views.enumerators, name="displacement_enumerators")]
