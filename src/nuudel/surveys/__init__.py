"""Surveys: what a form asks, what a submission answers, and what of it is a fact of the ledger.

The way of a form: ``read_xlsform`` (a workbook) or ``read_xform`` -> ``Definition``. The way of a
submission: ``read_submission`` -> ``Sent``; ``answers(definition, sent)`` -> ``Answers``, typed;
``facts(mapping, answers, context)`` -> rows of the ledger. Nothing here touches the network or keeps
anything.
"""
