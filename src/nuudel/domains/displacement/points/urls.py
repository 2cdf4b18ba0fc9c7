"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.points import taking, views

urlpatterns = [
    path("flow/<uuid:pk>/points/", views.points, name="displacement_points"),
    path("flow/<uuid:pk>/point/", views.point, name="displacement_point"),
    path("flow/<uuid:pk>/report.pdf", taking.flow_report, name="displacement_points_report"),
    *(
        path(
            f"flow/<uuid:pk>/{name}.{ending}", taking.flow_table, {"kind": kind, "ending": ending}, name=route
        )
        for name, kind in (("exact", "exact"), ("passages", "protected"))
        for ending, route in (
            ("csv", f"displacement_points_{name}"),
            ("xlsx", f"displacement_points_{name}_book"),
        )
    ),
]
