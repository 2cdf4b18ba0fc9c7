"""Measurements in a process of their own, with an embedded database in a temporary folder.

The database is started as ``nuudel serve`` starts one: commits are durable, row-level security, triggers and
the audit are on.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nuudel.base.errors import WebError
from nuudel.bench.harness import Figure

if TYPE_CHECKING:
    from nuudel.web.operations.database import Addresses


def environment_in(folder: str) -> dict[str, str]:
    """The environment of a process whose data, keys and database are in a folder."""
    unset = ("DATABASE_URL", "NUUDEL_OWNER_DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return kept | {"NUUDEL_DATA": folder, "NUUDEL_KEYS": str(Path(folder) / "keys")}


def measured_by(module: str, size: float, whose: str) -> dict[str, Figure]:
    """The figures that a module, run by itself with a size, prints as JSON; how far it is, it says meanwhile.

    Parameters
    ----------
    whose
        Of whom the speed is measured, as the error says it: ``the register``.

    Raises
    ------
    WebError
        ``WEB-195``: the process failed.
    """
    with tempfile.TemporaryDirectory(prefix="nuudel-bench-") as folder:
        printed = Path(folder) / "figures.json"
        last = "no output"
        with (
            printed.open("w", encoding="utf-8") as output,
            subprocess.Popen(
                [sys.executable, "-m", module, str(size)],
                env=environment_in(folder),
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
        ):
            for line in process.stderr or ():
                print(line, end="", file=sys.stderr, flush=True)
                last = line.strip() or last
        told = printed.read_text("utf-8")
    if process.returncode:
        raise WebError(195, f"{whose}'s speed could not be measured: {last}", "Run `nuudel doctor`.")
    return {name: Figure(**entry) for name, entry in json.loads(told).items()}


def start_platform() -> "Addresses":
    """Keys, server, tables and Django, in a process whose environment names the folders."""
    from nuudel.web.operations import database, install, keys

    keys.make_keys(keys.keys_folder())
    addresses = database.start_embedded(database.embedded_folder())
    os.environ |= {"DATABASE_URL": addresses.app, "NUUDEL_OWNER_DATABASE_URL": addresses.owner}
    install.start_django()
    install.install()
    return addresses
