"""Run all benchmarks; each prints a table."""

from tests.benchmarks.parsing import bench_parsing

BENCHMARKS = (bench_parsing,)

for bench in BENCHMARKS:
    bench()
