"""Archives as earlier versions made them, one for each schema, frozen: what an upgrade must keep.

``schema-N.db.gz`` was written by ``python -m tests.archives`` with the last version that had schema N.
"""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.portal import ChannelLook, Portal, PortalArticle
from tests.visiting import Visits

FOLDER = Path(__file__).parent
MORNING = datetime(2022, 3, 1, 1, tzinfo=UTC)
CHANNEL = "tin-khoi"
EDITED, REMOVED, DELISTED = 4_500_101, 4_500_103, 4_500_104

_TITLES = (
    "Đảng ủy Khối họp phiên thường kỳ tháng Hai",
    "Hội thi cán bộ Đoàn giỏi của các trường khu vực phía Bắc",
    "Trao học bổng cho sinh viên vượt khó",
    "Lớp tập huấn nghiệp vụ văn phòng cấp ủy",
    "Ngày hội hiến máu của sinh viên Khối",
)


def frozen_portal() -> Portal:
    """Make the portal of the frozen archives as it was at the first of their runs."""
    articles = [_write_article(number, title) for number, title in enumerate(_TITLES)]
    portal = Portal(articles, {CHANNEL: ChannelLook("Tin của Khối")}, page_size=4)
    portal.freeze_counters()
    return portal


def change_portal(portal: Portal) -> None:
    """Let happen what happened between the first run and the others."""
    portal.edit(EDITED, paragraphs=("Phiên họp kéo dài hai ngày.", "Nghị quyết được thông qua."))
    portal.remove(REMOVED)
    portal.delist(DELISTED)
    portal.set_views(EDITED, 99)


def unpack(schema: int, path: Path) -> None:
    """Write the frozen archive of a schema to ``path``."""
    path.write_bytes(gzip.decompress((FOLDER / f"schema-{schema}.db.gz").read_bytes()))


def freeze(path: Path) -> None:
    """Record three runs over the portal with the version that is installed, and pack the archive."""
    database = path.with_suffix("")
    visits = Visits(database)
    portal = frozen_portal()
    visits.run(portal, MORNING)
    change_portal(portal)
    for week in (1, 2):
        visits.run(portal, MORNING + timedelta(weeks=week))
    visits.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    visits.database.close()
    path.write_bytes(gzip.compress(database.read_bytes(), mtime=0))


def _write_article(number: int, title: str) -> PortalArticle:
    return PortalArticle(
        id=4_500_101 + number,
        channel=CHANNEL,
        title=title,
        lead=f"Tin ngắn số {number + 1} của Ban Biên tập.",
        paragraphs=("Phiên họp diễn ra trong một ngày.", f"Có {20 + number} đại biểu tham dự."),
        published=datetime(2022, 2, 20 - number, 9, 30),  # noqa: DTZ001 - the portal's own time
        author="Ban Biên tập" if number % 2 else None,
        views=10 * number,
    )
