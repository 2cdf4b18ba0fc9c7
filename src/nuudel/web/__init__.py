"""The Django project: who may do what, the audit, the interfaces, the explorer, the shell around domains."""
