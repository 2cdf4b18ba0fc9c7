"""Who may open the pages of nodes; the addresses that nodes ask demand the node's token."""

from nuudel.web.access.routes import OFFICER, Rule

# A node's requests name a token; each operation then runs in a transaction of its own, in a person's name.
BY_TOKEN = Rule(public=True, database=False)

ROUTES: dict[str, Rule] = {
    "nodes": OFFICER,
    "node_operation": OFFICER,
    "node_join": BY_TOKEN,
    "node_push": BY_TOKEN,
    "node_pull": BY_TOKEN,
    "node_file": BY_TOKEN,
    "node_content": BY_TOKEN,
}
