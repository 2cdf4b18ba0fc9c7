"""The addresses that phones ask demand a phone's key themselves; no session opens them."""

from nuudel.web.access.routes import Rule

BY_KEY = Rule(public=True, database=False)

ADDRESSES = ("list", "form", "manifest", "file", "submission", "pull_list", "pull", "pull_file")
ROUTES: dict[str, Rule] = {
    f"displacement_{way}_{name}": BY_KEY for way in ("round", "key") for name in ADDRESSES
}
