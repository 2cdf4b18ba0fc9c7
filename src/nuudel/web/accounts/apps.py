"""Django's entry of this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "nuudel.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        from nuudel.web.accounts import signals  # noqa: F401  connects the receivers
