"""The PxWeb interface over tables for publication, versions 1 and 2: requests in, answers out, no server.

``catalogue`` takes the tables, ``handle_v1`` and ``handle_v2`` answer requests; routes are made elsewhere.
Version 1 follows the PxWeb API 1.0 description, version 2 the OpenAPI description of PxWebApi 2.0 (both
Statistics Sweden); the reference is docs/reference/pxweb.md.
"""

from nuudel.publication.formats.pxweb.answers import Answer
from nuudel.publication.formats.pxweb.catalogue import Catalogue, Limits, catalogue
from nuudel.publication.formats.pxweb.version1 import handle_v1
from nuudel.publication.formats.pxweb.version2 import handle_v2

__all__ = ["Answer", "Catalogue", "Limits", "catalogue", "handle_v1", "handle_v2"]
