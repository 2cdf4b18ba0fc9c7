"""Django's entry of this app."""

from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "nuudel.web.protection"
    label = "protection"
