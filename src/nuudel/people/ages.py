"""Age on a day, and the day of an age: 29 February is 1 March in a year that does not have it."""

from datetime import date


def age_on(birth: date, day: date) -> int:
    """Completed years of age; negative before the birth."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def years_after(day: date, years: int) -> date:
    """The same day so many years later; of 29 February, 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
