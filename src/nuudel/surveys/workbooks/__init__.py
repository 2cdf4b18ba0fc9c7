"""Workbooks of forms as sheets of texts, each text at its cell."""
