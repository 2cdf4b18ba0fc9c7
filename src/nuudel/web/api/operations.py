"""All operations of the API, put together."""

from collections.abc import Iterable

from nuudel.web.api.interface import Interface, make_interface
from nuudel.web.api.records.register import Register
from nuudel.web.api.records.routes import router_of
from nuudel.web.api.records.shell import registers
from nuudel.web.api.statistics import figures, places, tables


def assemble(registers: Iterable[Register]) -> Interface:
    """The API with the published figures and the records of some registers."""
    api = make_interface()
    api.add_router("/statistics", places.router)
    api.add_router("/statistics", figures.router)
    api.add_router("/statistics/tables", tables.router)
    for register in registers:
        api.add_router(f"/records/{register.key}", router_of(register))
    return api


api = assemble(registers())
