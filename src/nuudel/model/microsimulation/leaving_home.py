"""An assumption: how many of those who live with their parents found a household of their own each year."""

import numpy as np

from nuudel.model.projection.inputs import AGES, Array

# No table of the pack tells. Nobody below 18; then rising, so that half have left before 25, most by 35.
FIRST_AGE = 18
HIGHEST = 0.16
RISING = 6  # years from the first age to the highest probability


def leaving_home_by_age() -> Array:
    """2 x 101 yearly probability of leaving the parents' household without leaving the place."""
    since = np.clip(np.arange(AGES) - FIRST_AGE + 1, 0, RISING) / RISING
    return np.tile(HIGHEST * since, (2, 1))


LEAVING_HOME = leaving_home_by_age()
