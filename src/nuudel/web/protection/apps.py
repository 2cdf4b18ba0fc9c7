"""Django's entry of this app."""

from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "nuudel.web.protection"
    label = "protection"

    def ready(self) -> None:
        from nuudel.web.protection.factors import hide_anew
        from nuudel.web.protection.master import ON_NEW_MASTER

        if hide_anew not in ON_NEW_MASTER:
            ON_NEW_MASTER.append(hide_anew)
