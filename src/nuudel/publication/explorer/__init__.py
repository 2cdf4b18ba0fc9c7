"""The explorer's content: a bundle of JSON files written by a run, and the pages that are composed from it.

Nothing here knows of the web: the bundle is a folder of files, the pages are documents with figures.
"""
