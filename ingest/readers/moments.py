"""Count, least, greatest, mean and standard deviation of numbers that come in parts."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(slots=True)
class Moments:
    """What is known of all numbers seen so far; the standard deviation is that of the whole population.

    Parts are joined by the formula of Chan, Golub and LeVeque ("Updating Formulae and a Pairwise Algorithm for
    Computing Sample Variances", 1979), which keeps its digits where a sum of squares would lose them.

    >>> seen = Moments()
    >>> seen.add(np.array([1.0, 2.0])); seen.add(np.array([6.0]))
    >>> seen.count, seen.least, seen.greatest, seen.mean, round(seen.deviation, 6)
    (3, 1.0, 6.0, 3.0, 2.160247)
    """

    count: int = 0
    mean: float = math.nan
    least: float = math.nan
    greatest: float = math.nan
    _squares: float = 0.0

    def add(self, values: npt.NDArray[np.integer | np.floating]) -> None:
        """Take in finite numbers, of any shape."""
        if not values.size:
            return
        number = int(values.size)
        mean = float(values.mean(dtype=np.float64))
        apart = values - mean
        squares = float(np.dot(apart.ravel(), apart.ravel()))
        least, greatest = float(values.min()), float(values.max())
        if not self.count:
            self.count, self.mean, self.least, self.greatest, self._squares = number, mean, least, greatest, squares
            return
        together = self.count + number
        shift = mean - self.mean
        self._squares += squares + shift * shift * self.count * number / together
        self.mean += shift * number / together
        self.least, self.greatest = min(self.least, least), max(self.greatest, greatest)
        self.count = together

    @property
    def deviation(self) -> float:
        """Standard deviation, NaN while nothing was seen."""
        return math.sqrt(self._squares / self.count) if self.count else math.nan

    def scaled(self, scale: float, offset: float, prefix: str) -> dict[str, float | None]:
        """The four figures of ``value * scale + offset``, under names that begin with ``prefix``; None for none.

        >>> seen = Moments(); seen.add(np.array([10, 30]))
        >>> seen.scaled(0.1, 5.0, "height")["height_mean"]
        7.0
        """
        if not self.count:
            return dict.fromkeys(f"{prefix}_{name}" for name in ("min", "max", "mean", "std"))
        ends = sorted((self.least * scale + offset, self.greatest * scale + offset))
        return {
            f"{prefix}_min": ends[0],
            f"{prefix}_max": ends[1],
            f"{prefix}_mean": self.mean * scale + offset,
            f"{prefix}_std": self.deviation * abs(scale),
        }
