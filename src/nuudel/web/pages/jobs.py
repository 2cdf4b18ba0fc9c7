"""What the public pages need done by the clock: those of a new release drawn before somebody asks."""

import os
import subprocess
import sys

from procrastinate.contrib.django import app

from nuudel.base.errors import WebError
from nuudel.web.operations.children import PARENT

EACH_MINUTE = "* * * * *"
LONGEST_SECONDS = 1800


@app.periodic(cron=EACH_MINUTE)
@app.task(name="pages.draw_ahead", queueing_lock="pages.draw_ahead", lock="pages.draw_ahead")
def draw_ahead(timestamp: int = 0) -> bool:
    """Draw the pages of a new release, once for each and one at a time; whether there was one to draw."""
    from nuudel.web.pages.ahead import is_drawn  # with all that draws, which nothing else in the worker loads

    try:
        if is_drawn():
            return False
    except WebError:  # the figures are not there yet
        return False
    # A process of its own: its drawings hold up no other job, and its low priority ends with it.
    command = [sys.executable, "-m", "nuudel.web.pages.ahead"]
    named = {**os.environ, PARENT: str(os.getpid())}
    subprocess.run(command, env=named, check=True, timeout=LONGEST_SECONDS)
    return True
