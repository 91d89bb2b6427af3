"""Run the benchmark named, ``peers`` (those that are only about others), or all.

Each prints a table; what comes after the name is for the benchmark named. Crawling is one table of ours, of the floors
and of the peers, by turns; peers whose environment was not made (``make bench-peers`` makes it) are left out, and told.
"""

import sys
from collections.abc import Callable, Mapping
from functools import partial

from tests.benchmarks import captures
from tests.benchmarks.crawling import bench_crawling
from tests.benchmarks.disk import bench_disk
from tests.benchmarks.extraction import bench_extraction
from tests.benchmarks.fleet import bench_fleet
from tests.benchmarks.growth import bench_growth
from tests.benchmarks.listings import bench_listings
from tests.benchmarks.many import bench_many
from tests.benchmarks.merging import bench_merging
from tests.benchmarks.parsing import bench_parsing
from tests.benchmarks.peer_readers import bench_peer_readers
from tests.benchmarks.peer_runners import PEERS
from tests.benchmarks.planning import bench_planning
from tests.benchmarks.public import bench_public
from tests.benchmarks.reparsing import bench_reparsing
from tests.benchmarks.runners import RUNNERS
from tests.benchmarks.searching import bench_searching
from tests.benchmarks.serving import bench_serving
from tests.benchmarks.web_archives import bench_web_archives

OF_PEERS: Mapping[str, Callable[..., None]] = {
    "extraction": bench_extraction,
    "public": bench_public,
    "peer-readers": bench_peer_readers,
    "peer-crawlers": partial(bench_crawling, among=(RUNNERS[0], *PEERS)),
}
OF_OURS: Mapping[str, Callable[..., None]] = {
    "parsing": bench_parsing,
    "captures": captures.run,
    "reparsing": bench_reparsing,
    "planning": bench_planning,
    "searching": bench_searching,
    "serving": bench_serving,
    "web-archives": bench_web_archives,
    "crawling": partial(bench_crawling, among=(*RUNNERS, *PEERS)),
    "many": bench_many,
}
# These take minutes each; with a number, of so many articles.
LONG: Mapping[str, Callable[..., None]] = {
    "disk": bench_disk,
    "fleet": bench_fleet,
    "growth": bench_growth,
    "listings": bench_listings,
    "merging": bench_merging,
}
NAMED = OF_OURS | OF_PEERS | LONG

name, *wishes = sys.argv[1:] or ["all"]
if name in NAMED:
    NAMED[name](*wishes)
elif name in {"all", "peers"}:
    for bench in (OF_OURS if name == "all" else OF_PEERS).values():
        bench()
else:
    raise SystemExit(f"no benchmark {name}: {', '.join(['all', 'peers', *NAMED])}")
