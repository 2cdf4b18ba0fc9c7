"""``nuudel node serve``: what ``nuudel serve`` runs, without the figures, and the rounds with the centre."""

import os
from collections.abc import Callable

from nuudel.web.operations.children import Child
from nuudel.web.operations.service import (
    Say,
    Service,
    bring_up,
    check_real,
    children_of,
    keep_serving,
    only_one,
)


def children_of_node(service: Service) -> list[Child]:
    """The jobs, the web server, and the rounds; figures are the centre's, which has all records."""
    there = [child for child in children_of(service) if child.name != "figures"]
    return [*there, Child("link", ["-m", "nuudel.web.nodes.loop"])]


def run(service: Service, say: Say, started: Callable[[], None]) -> None:
    """Serve until a signal stops it; ``WEB-488`` where this installation is no node."""
    os.umask(0o077)
    check_real(service)
    with only_one(service):
        bring_up(service, say)
        from nuudel.web.nodes.here import link

        link()
        keep_serving(children_of_node(service), started)
