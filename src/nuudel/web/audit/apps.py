"""Django's entry of this app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "nuudel.web.audit"
    label = "audit"
