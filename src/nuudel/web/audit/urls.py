"""Addresses of the audit, under a language."""

from django.urls import path

from nuudel.web.audit import views

urlpatterns = [
    path("desk/audit/", views.entries, name="audit_entries"),
    path("desk/audit/export/", views.export, name="audit_export"),
]
