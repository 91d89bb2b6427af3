"""What it costs to write an archive as WARC or WACZ and to take it over again: captures a second, and memory.

Each step is a process of its own, for archives of two sizes: memory is flat if it is the same for both. Seconds are
those of one processor.
"""

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.archive.evidence.exchanges import Bounds
from archiver.archive.store.file import create_or_open
from archiver.exporting.web_archive import export_wacz, export_warc
from archiver.ingest.importing import Importer
from archiver.ingest.web_archives.intake import Intake, Period
from tests.portal import huge_portal
from tests.visiting import BASE, SITE, Visits

START = datetime(2022, 1, 3, 1, tzinfo=UTC)
SIZES = (300, 1200)
STEPS = ("export warc", "export wacz", "import", "import of others")


def bench_web_archives(*sizes: str) -> None:
    """Print the table, for archives of so many articles, each seen three times."""
    print(f"{'articles':>8} {'captures':>8}  {'step':<18} {'per second':>10} {'MB at most':>10}")
    for size in map(int, sizes or map(str, SIZES)):
        with tempfile.TemporaryDirectory() as name:
            captures = _make(Path(name), size)
            for step in STEPS:
                command = [sys.executable, "-m", "tests.benchmarks.web_archives", step, name]
                seconds, memory = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
                rate = captures / float(seconds)
                print(f"{size:>8} {captures:>8}  {step:<18} {rate:>10.0f} {int(memory) / 1024:>10.0f}", flush=True)


def _make(folder: Path, size: int) -> int:
    visits = Visits(folder / "archive.db")
    portal = huge_portal(size)
    for number in range(3):
        for article in sorted(portal._articles)[number :: 10 if number else size]:
            portal.edit(article, title=f"Tiêu đề thứ {number}")
        visits.run(portal, START + timedelta(days=number))
    captures = int(visits.database.execute("SELECT count(*) FROM captures").fetchone()[0])
    visits.database.close()
    return captures


def _take_step(step: str, folder: Path) -> None:
    if step.startswith("export"):
        database = create_or_open(folder / "archive.db")
        form = export_wacz if step.endswith("wacz") else export_warc
        more = (None,) if step.endswith("wacz") else ()
        with (folder / f"all.{step[-4:]}").open("wb") as stream:
            form(database.conn, stream, Bounds(), "committee-news-archiver", lambda *_: None, *more)
        return
    file = folder / ("others.warc.gz" if step.endswith("others") else "all.warc")
    database = create_or_open(folder / f"{step}.db")
    site = replace(SITE, listings=(f"{BASE}/",))
    importer = Importer(database, site)
    intake = Intake(database, site, importer, Period())
    for _ in intake.read_file(file):
        pass
    intake.finish()
    importer.close()


def _forget_runs(file: Path) -> None:
    """Take out of a file what only our own exports say, as if another crawler had written it."""
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415
    from warcio.warcwriter import WARCWriter  # noqa: PLC0415

    other = file.with_name("others.warc.gz")
    with file.open("rb") as source, other.open("wb") as target:
        writer = WARCWriter(target)
        for record in ArchiveIterator(source):
            if record.rec_type in ("response", "revisit"):
                named = [pair for pair in record.rec_headers.headers if not pair[0].startswith("X-Archiver")]
                record.rec_headers.headers = [pair for pair in named if pair[0] != "WARC-Block-Digest"]
                writer.write_record(record)


if __name__ == "__main__":
    if sys.argv[1].endswith("others"):
        _forget_runs(Path(sys.argv[2]) / "all.warc")
    _began = time.process_time()
    _take_step(sys.argv[1], Path(sys.argv[2]))
    print(time.process_time() - _began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
