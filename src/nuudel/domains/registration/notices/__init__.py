"""Notices from civil registration: births, deaths, marriages, divorces, changes of name."""
