"""All permission tables and all route tables, gathered from the apps and domains that declare them."""

import importlib
import importlib.util
from functools import cache
from types import ModuleType

from nuudel.domains import DOMAINS
from nuudel.web.access.roles import Permission, merged
from nuudel.web.access.routes import Rule

APPS = (
    "access",
    "accounts",
    "audit",
    "protection",
    "facts",
    "shell",
    "explorer",
    "pages",
    "api",
    "operations",
    "nodes",
)


@cache
def declaring_modules() -> tuple[ModuleType, ...]:
    """The ``permissions`` module of each app and domain that has one."""
    names = [f"nuudel.web.{app}" for app in APPS] + [f"nuudel.domains.{name}" for name in DOMAINS]
    found = [f"{name}.permissions" for name in names if importlib.util.find_spec(f"{name}.permissions")]
    return tuple(importlib.import_module(name) for name in found)


@cache
def permission_tables() -> dict[str, tuple[Permission, ...]]:
    """Permissions of each record type (``PERMISSIONS`` of each module)."""
    return merged(getattr(module, "PERMISSIONS", {}) for module in declaring_modules())


@cache
def route_tables() -> dict[str, Rule]:
    """Who may open each route, by its name (``ROUTES`` of each module)."""
    found: dict[str, Rule] = {}
    for module in declaring_modules():
        for name, rule in getattr(module, "ROUTES", {}).items():
            assert name not in found, f"route {name} is declared twice"
            found[name] = rule
    return found
