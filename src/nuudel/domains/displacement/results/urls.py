"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.results import views

urlpatterns = [
    path("rounds/<uuid:pk>/results/", views.results, name="displacement_results"),
    path("rounds/<uuid:pk>/report.pdf", views.report, name="displacement_results_report"),
    *(
        path(f"rounds/<uuid:pk>/{name}.{ending}", views.table, {"kind": kind, "ending": ending}, name=route)
        for name, kind in (("exact", "exact"), ("areas", "protected"))
        for ending, route in (
            ("csv", f"displacement_results_{name}"),
            ("xlsx", f"displacement_results_{name}_book"),
        )
    ),
]
