"""Run the benchmarks named, or all that need nothing but the project; each prints a table."""

import sys

from tests.benchmarks import captures
from tests.benchmarks.crawling import bench_crawling
from tests.benchmarks.disk import bench_disk
from tests.benchmarks.extraction import bench_extraction
from tests.benchmarks.growth import bench_growth
from tests.benchmarks.listings import bench_listings
from tests.benchmarks.parsing import bench_parsing
from tests.benchmarks.planning import bench_planning
from tests.benchmarks.reparsing import bench_reparsing
from tests.benchmarks.searching import bench_searching
from tests.benchmarks.serving import bench_serving

if sys.argv[1:2] == ["extraction"]:
    bench_extraction(*sys.argv[2:])
elif sys.argv[1:2] == ["crawling"]:
    bench_crawling(*sys.argv[2:])
elif sys.argv[1:2] == ["parsing"]:
    bench_parsing()
elif sys.argv[1:2] == ["listings"]:
    bench_listings(*sys.argv[2:])
elif sys.argv[1:2] == ["disk"]:
    bench_disk(*map(int, sys.argv[2:]))
elif sys.argv[1:2] == ["planning"]:
    bench_planning(*map(int, sys.argv[2:]))
elif sys.argv[1:2] == ["growth"]:
    bench_growth(*map(int, sys.argv[2:]))
else:
    for bench in (bench_parsing, captures.run, bench_reparsing, bench_planning, bench_searching, bench_serving):
        bench()
    bench_crawling()
