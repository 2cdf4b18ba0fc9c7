"""Addresses of the part's own pages."""

from django.urls import path

from nuudel.domains.displacement.submissions import views

urlpatterns = [
    path("sent/<uuid:pk>/submission.xml", views.sent_xml, name="displacement_sent_xml"),
    path("sent/<uuid:pk>/file", views.sent_file, name="displacement_sent_file"),
]
