"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.results import views

urlpatterns = [
    path("rounds/<uuid:pk>/results/", views.results, name="displacement_results"),
    path("rounds/<uuid:pk>/report.pdf", views.report, name="displacement_results_report"),
    path("rounds/<uuid:pk>/exact.csv", views.table, {"kind": "exact"}, name="displacement_results_exact"),
    path("rounds/<uuid:pk>/areas.csv", views.table, {"kind": "protected"}, name="displacement_results_areas"),
]
