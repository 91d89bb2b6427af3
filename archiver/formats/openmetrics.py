"""OpenMetrics text (openmetrics.io, version 1.0.0): figures for Prometheus and its like.

Only gauges are written: other types have other names in OpenMetrics than in the older text format, which the textfile
collector of node_exporter reads. To it the lines with UNIT and EOF are comments.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """A figure, and the labels that say of what."""

    value: float
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure that may rise and fall: what it says, and its samples. A name ends with the unit, if there is one."""

    name: str
    about: str
    samples: tuple[Sample, ...]
    unit: str = ""


def write_openmetrics(gauges: Iterable[Gauge]) -> str:
    """Write gauges as OpenMetrics text."""
    lines = [line for gauge in gauges for line in _write_gauge(gauge)]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _write_gauge(gauge: Gauge) -> Iterator[str]:
    yield f"# TYPE {gauge.name} gauge"
    if gauge.unit:
        yield f"# UNIT {gauge.name} {gauge.unit}"
    yield f"# HELP {gauge.name} {_escape(gauge.about)}"
    for sample in gauge.samples:
        labels = ",".join(f'{name}="{_escape(value)}"' for name, value in sample.labels.items())
        yield f"{gauge.name}{{{labels}}} {sample.value}" if labels else f"{gauge.name} {sample.value}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
