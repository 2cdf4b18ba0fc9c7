"""Django's settings for the type checker: keys of its own, and no server."""

import os
import tempfile
from pathlib import Path

from nuudel.web.operations.keys import make_keys

_folder = Path(tempfile.gettempdir()) / "nuudel-types"
make_keys(_folder)
os.environ["NUUDEL_KEYS"] = str(_folder)

from nuudel.web.settings import *  # noqa: E402, F403
