"""Django's entry of this app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "nuudel.web.audit"
    label = "audit"

    def ready(self) -> None:
        from nuudel.web.access.context import BEFORE_COMMIT
        from nuudel.web.access.middleware import AFTER_REFUSAL
        from nuudel.web.audit import signals  # noqa: F401  connects the receivers
        from nuudel.web.audit.chain import write_notes
        from nuudel.web.audit.refusals import write_refusal

        if write_notes not in BEFORE_COMMIT:
            BEFORE_COMMIT.append(write_notes)
            AFTER_REFUSAL.append(write_refusal)
