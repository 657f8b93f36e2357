"""Dates as people write them, with the same date in ISO form."""

from __future__ import annotations

import datetime

import numpy as np

from course_utils.data.parts import Parts, cut

FIRST_DAY = datetime.date(1950, 1, 1)
LAST_DAY = datetime.date(2049, 12, 31)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _ordinal(day: int) -> str:
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


# Numbers alone are always day.month.year or year/month/day, so no text has two readings.
FORMATS = (
    lambda d, month, weekday: f"{d.day} {month} {d.year}",
    lambda d, month, weekday: f"{month} {d.day}, {d.year}",
    lambda d, month, weekday: f"{month} {d.day} {d.year}",
    lambda d, month, weekday: f"{d.day} {month[:3]} {d.year}",
    lambda d, month, weekday: f"{month[:3]} {d.day} {d.year}",
    lambda d, month, weekday: f"{weekday}, {d.day} {month} {d.year}",
    lambda d, month, weekday: f"{weekday[:3]} {d.day} {month[:3]} {d.year}",
    lambda d, month, weekday: f"{weekday} {month} {d.day} {d.year}",
    lambda d, month, weekday: f"the {_ordinal(d.day)} of {month} {d.year}",
    lambda d, month, weekday: f"{month} {_ordinal(d.day)}, {d.year}",
    lambda d, month, weekday: f"{d.day} {month[:3]} {d.year % 100:02d}",
    lambda d, month, weekday: f"{d.day}.{d.month}.{d.year}",
    lambda d, month, weekday: f"{d.day:02d}.{d.month:02d}.{d.year % 100:02d}",
    lambda d, month, weekday: f"{d.year}/{d.month:02d}/{d.day:02d}",
)


def write_date(day: datetime.date, rng: np.random.Generator) -> str:
    """Write a day of 1950 to 2049 the way a person might: one of 14 forms, sometimes in lower case.

    Years of two digits mean 1950 to 2049; numbers alone are day.month.year or year/month/day.
    Raises ValueError for a day outside those years.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"day must be from {FIRST_DAY} to {LAST_DAY}, got {day}")
    form = FORMATS[rng.integers(len(FORMATS))]
    text = form(day, MONTHS[day.month - 1], WEEKDAYS[day.weekday()])
    return text.lower() if rng.random() < 0.4 else text


def make_dates(
    rng: np.random.Generator, sizes: tuple[int, int, int] = (10000, 1000, 1000)
) -> Parts[tuple[str, str]]:
    """Draw dates as (written by a person, ISO form) pairs; no day occurs twice, in any part.

    rng   : source of randomness; the same generator state gives the same dates
    sizes : pairs in train, dev and test; at most 36,525 in all
    Returns Parts of pairs, e.g. ("Tue 3 May 1979", "1979-05-03") up to the weekday.
    Raises ValueError when the sizes ask for more days than there are.
    """
    n_days = (LAST_DAY - FIRST_DAY).days + 1
    m = min(sum(sizes), n_days)
    days = [FIRST_DAY + datetime.timedelta(days=int(i)) for i in rng.permutation(n_days)[:m]]
    return cut([(write_date(day, rng), day.isoformat()) for day in days], sizes)
