"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.forms import views

urlpatterns = [
    path("upload/", views.upload, name="displacement_upload"),
    path("table/", views.table, name="displacement_table"),
    path("workbook/<uuid:pk>/form.xlsx", views.workbook, name="displacement_workbook"),
]
