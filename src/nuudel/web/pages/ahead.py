"""Draws the pages of a new release before somebody asks for them; a process of its own, at low priority.

What most people open: the page of each unit and the timeline, in each language. The pages of places inside
units, and two places compared, are drawn when somebody opens them.
"""

import os

from django.utils import translation

from nuudel.publication.explorer.timeline import compose_timeline
from nuudel.web.explorer.release import release
from nuudel.web.operations.children import end_with_parent
from nuudel.web.operations.install import start_django
from nuudel.web.pages.drawn import drawn_folder, drawn_page, forget_others, keep_on_disk
from nuudel.web.pages.places import place_main
from nuudel.web.words import LANGUAGES

LOWEST_PRIORITY = 19
# Says that all pages of the folder are drawn.
DONE = "drawn-ahead"


def is_drawn() -> bool:
    """Whether the pages of this release, by this program, have been drawn ahead."""
    return (drawn_folder() / DONE).is_file()


def draw_ahead() -> int:
    """Draw what is missing, and remove the pages of other releases; how many pages there are."""
    bundle = release().bundle
    count = 0
    for lang in LANGUAGES:
        with translation.override(lang):
            for unit in bundle.units():
                place_main(bundle, unit.code, lang)
                count += 1
            drawn_page("timeline-", lambda lang=lang: compose_timeline(bundle, lang, None))  # type: ignore[misc]
            count += 1
    if release().bundle.build == bundle.build:
        keep_on_disk(drawn_folder() / DONE, b"")
        forget_others()
    return count


if __name__ == "__main__":
    end_with_parent()
    os.nice(LOWEST_PRIORITY)
    start_django()
    draw_ahead()
