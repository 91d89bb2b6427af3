"""What is usual for a site, and how likely chance is as the reason of a difference."""

import math
from collections.abc import Callable, Sequence
from statistics import median

from archiver.archive.runs.health import Health, RunFigures
from archiver.findings import Kind

FEWEST_RUNS = 4
FEWEST_ARTICLES = 10
# The median is taken of so many runs: with fewer, one bad day moves it; with more, it lags behind a site that grows.
MOST_RUNS = 8
# How unlikely chance must be as the reason before a rate counts as changed; a site is judged some 1,000 times a year.
CHANCE = 1e-6


def is_warm(health: Health) -> bool:
    """Say whether enough is known of a site to call anything usual."""
    return health.good_runs >= FEWEST_RUNS and health.articles >= FEWEST_ARTICLES


def clean_runs(health: Health, kind: Kind) -> Sequence[RunFigures]:
    """Return the last runs without a finding of a kind; none if there are too few to speak of a usual."""
    clean = [run for run in health.past if not run.tells(kind)][:MOST_RUNS]
    return clean if is_warm(health) and len(clean) >= FEWEST_RUNS else ()


def usual_of(health: Health, kind: Kind, figure: Callable[[RunFigures], int]) -> float | None:
    """Return the median of a figure in the last runs without a finding of a kind; None if there is no usual."""
    clean = clean_runs(health, kind)
    return float(median(figure(run) for run in clean)) if clean else None


def chance_of_at_least(hits: int, tries: int, rate: float) -> float:
    """Return how likely so many hits or more are by chance.

    Each try hits at a rate between 0 and 1, both excluded.
    """
    logs = (
        _log_choose(tries, n) + n * math.log(rate) + (tries - n) * math.log1p(-rate) for n in range(hits, tries + 1)
    )
    return min(1.0, math.fsum(map(math.exp, logs)))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
