"""A real series of daily temperatures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_utils.data.assets import read_text


@dataclass(frozen=True, eq=False)
class Temperatures:
    """Daily temperatures of one place.

    dates   : (T,) datetime64[D], one a day without a gap
    lowest  : (T,) float64, degrees Celsius
    highest : (T,) float64, degrees Celsius
    """

    dates: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


def load_temperatures() -> Temperatures:
    """Load the lowest and highest temperature of each of 1461 days in Seattle, 2012 to 2015.

    Returns Temperatures in degrees Celsius; a fresh copy.
    Errors: AssetError when the file is missing or damaged.
    Source: NOAA, by way of vega-datasets; see assets/README.md.
    """
    rows = [line.split(",") for line in read_text("temperatures.csv").splitlines()[1:]]
    dates, lowest, highest = zip(*rows, strict=True)
    return Temperatures(np.array(dates, "datetime64[D]"), np.array(lowest, float), np.array(highest, float))
