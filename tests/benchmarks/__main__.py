"""Run all benchmarks; each prints a table."""

from tests.benchmarks import captures
from tests.benchmarks.parsing import bench_parsing
from tests.benchmarks.planning import bench_planning
from tests.benchmarks.reparsing import bench_reparsing
from tests.benchmarks.searching import bench_searching
from tests.benchmarks.serving import bench_serving

for bench in (bench_parsing, captures.run, bench_reparsing, bench_planning, bench_searching, bench_serving):
    bench()
