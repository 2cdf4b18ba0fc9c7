"""Django's entry of this app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "nuudel.web.accounts"
    label = "accounts"
