"""Django's entry of this app."""

from django.apps import AppConfig


class NodesConfig(AppConfig):
    name = "nuudel.web.nodes"
    label = "nodes"

    def ready(self) -> None:
        """On a node every action is logged to be sent; at a centre records of nodes keep their ids."""
        from nuudel.web.nodes import calls
        from nuudel.web.nodes.outbox import listen
        from nuudel.web.nodes.replaying import keep_ids

        listen()
        calls.listen()
        keep_ids()
