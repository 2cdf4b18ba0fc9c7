"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.entities import views

urlpatterns = [
    path("lists/", views.lists, name="displacement_lists"),
    path("lists/table.csv", views.list_file, name="displacement_list_file"),
]
