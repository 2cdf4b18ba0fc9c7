"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.points import views

urlpatterns = [
    path("flow/<uuid:pk>/points/", views.points, name="displacement_points"),
    path("flow/<uuid:pk>/point/", views.point, name="displacement_point"),
]
