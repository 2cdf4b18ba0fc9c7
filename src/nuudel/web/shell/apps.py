"""Django's entry of this app."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "nuudel.web.shell"
    label = "shell"

    def ready(self) -> None:
        """Audit what refused requests have shown."""
        from nuudel.web.access.middleware import AFTER_REFUSAL
        from nuudel.web.shell.reading import write_readings

        if write_readings not in AFTER_REFUSAL:
            AFTER_REFUSAL.append(write_readings)
