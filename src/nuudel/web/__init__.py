"""The Django project: who may do what, the audit, the interfaces, the explorer, and the shell around the domains."""
