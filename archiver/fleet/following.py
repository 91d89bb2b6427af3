"""Following the log: what workers logged is merged into an archive, again and again, while others read it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.evidence.files import check_stored, folder_of_files, has_file
from archiver.archive.queries.cursors import hold_cursor, load_cursor, move_cursor
from archiver.archive.store.damage import DamageError
from archiver.archive.store.file import close_archive, create_or_open
from archiver.fleet.bundles import BundleError, NewerBundleError, read_head
from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.errors import HubAwayError
from archiver.fleet.hub.records import Cursor, LoggedBundle
from archiver.fleet.quarantine import Quarantined, list_quarantined, put_aside, quarantine_beside
from archiver.fleet.unpacking import merge_bundles
from archiver.text.counting import count

PURPOSE = "follow"
MOST_READ, MOST_MERGED = 200, 40
"""Bundles that are read at once, and that are merged in one transaction: others who write wait for its end."""
# Seconds. A bundle that was told of may have to wait for an older transaction, of whose end nobody is told.
_LOOK_AGAIN = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0

Tell = Callable[[str], None]


@dataclass(slots=True)
class Followed:
    """What came of following: bundles merged, bundles that are in quarantine, files that the hub did not have."""

    merged: int = 0
    quarantined: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class _Newer:
    """A bundle that asks for a newer program, and what it says."""

    bundle: LoggedBundle
    error: NewerBundleError


def name_cursor(identity: str, sites: Sequence[str] | None) -> str:
    """Return under which name an archive keeps how far it followed a hub, of these sites or all."""
    words = [identity, *sorted(sites)] if sites else [identity]
    return f"follow-{hashlib.sha256(' '.join(words).encode()).hexdigest()[:16]}"


def load_place(database: Database, hub: Hub, sites: Sequence[str] | None) -> Cursor:
    """Return how far an archive followed a hub; one that was restored since may not have come so far."""
    place = load_cursor(database.conn, name_cursor(hub.read_identity(), sites), PURPOSE)
    return Cursor(place.get("xid", 0), place.get("seq", 0)) if place else Cursor()


class Follower:
    """Follows a hub for one archive; what it did is in ``done``."""

    def __init__(self, path: Path, hub: Hub, sites: Sequence[str] | None, tell: Tell) -> None:
        """Prepare it; ``tell`` is called with each line for people."""
        self._path, self._hub, self._tell = path, hub, tell
        self._sites = sorted(set(sites)) if sites else None
        self._name = ""
        self._cursor: Cursor | None = None
        self._has_retried = False
        self._pause = 0.0
        self._folder, self._quarantine = folder_of_files(path), quarantine_beside(path)
        self.done = Followed()

    def follow(self, pause: Callable[[float], None], *, once: bool = False) -> None:
        """Merge what is logged, and go on until interrupted; ``once``: until nothing more is there.

        HeldError where another follower has this archive, NewerBundleError where a bundle asks for a newer program,
        HubError for a hub that cannot be used. One that is away is waited for, unless ``once``: HubAwayError then.
        ``pause`` waits for so many seconds.
        """
        database = create_or_open(self._path)
        try:
            with hold_cursor(self._path, PURPOSE):
                while self._go_on(database, pause, once=once):
                    pass
        finally:
            self.done.quarantined = sum(1 for _ in list_quarantined(self._quarantine))
            close_archive(database)

    def _go_on(self, database: Database, pause: Callable[[float], None], *, once: bool) -> bool:
        """Merge what comes next, or wait for it; False where nothing is there and nobody waits."""
        try:
            is_merged = self.merge_next(database) or self._try_quarantined(database)
            self._note_presence()
            if not is_merged and not once:
                self._hub.wait_for_bundles(_LOOK_AGAIN)
        except HubAwayError as error:
            if once:
                raise
            self._note_absence(error)
            pause(self._pause)
            return True
        return is_merged or not once

    def _note_absence(self, error: HubAwayError) -> None:
        """Say once that the hub is away; when it is back it may be another, so the place is looked up again."""
        if not self._pause:
            self._tell(f"{error}; waiting for it")
        self._pause = min(2 * self._pause or _FIRST_PAUSE, _LONGEST_PAUSE)
        self._cursor = None

    def _note_presence(self) -> None:
        if self._pause:
            self._tell(f"the hub {self._hub.shown} is back")
        self._pause = 0.0

    def merge_next(self, database: Database) -> bool:
        """Merge what comes next, and only then move the cursor; False where nothing is there."""
        if self._cursor is None:
            self._cursor = self._find_place(database)
        logged = self._hub.list_after(self._cursor, self._sites, MOST_READ)
        sound, newer = self._take_sound(logged)
        for bundles in _group_by_site(sound):
            self._merge(database, bundles)
        taken = logged[: logged.index(newer.bundle)] if newer else logged
        if taken:
            self._move_cursor(database, taken[-1].cursor)
        if newer:
            raise newer.error
        return bool(logged)

    def _take_sound(self, logged: Sequence[LoggedBundle]) -> tuple[list[LoggedBundle], "_Newer | None"]:
        """Put aside what is no bundle, fetch the files of the others, and stop before the first of a newer format."""
        sound: list[LoggedBundle] = []
        for bundle in logged:
            try:
                _check_head(bundle.data, bundle.site)
            except NewerBundleError as error:
                return sound, _Newer(bundle, error)
            except BundleError as error:
                self._put_aside(bundle, error)
            else:
                self._fetch_files(bundle)
                sound.append(bundle)
        return sound, None

    def _find_place(self, database: Database) -> Cursor:
        self._name = name_cursor(self._hub.read_identity(), self._sites)
        cursor = load_place(database, self._hub, self._sites)
        if self._hub.has_cursor(cursor):
            return cursor
        self._tell(f"the hub {self._hub.shown} lacks what was read last, as after a restore; it is read from the begin")
        return Cursor()

    def _move_cursor(self, database: Database, cursor: Cursor) -> None:
        with database.atomic():
            move_cursor(database.conn, self._name, PURPOSE, {"xid": cursor.xid, "seq": cursor.seq})
        self._cursor = cursor

    def _fetch_files(self, bundle: LoggedBundle) -> None:
        """Fetch the documents that a bundle names and that are not here; what is no file of ours its merge refuses."""
        for file in bundle.files:
            try:
                is_here = has_file(self._folder, check_stored(file))
            except DamageError:
                continue
            if not is_here and not self._hub.fetch_file(file, self._folder):
                self.done.missing += 1
                self._tell(f"{bundle.site}: the hub lacks the file {file.place}; archiver verify names it, too")

    def _merge(self, database: Database, bundles: Sequence[LoggedBundle]) -> None:
        """Merge bundles of a site, as one; those that cannot be merged are put aside, and the others go on."""
        left = list(bundles)
        while left:
            try:
                merge_bundles(database, [bundle.data for bundle in left])
            except NewerBundleError:
                raise
            except BundleError as error:
                bad = _find_bad(left, error)
                if bad is None:
                    for bundle in left:
                        self._merge(database, [bundle])
                    return
                self._put_aside(bad, error)
                left.remove(bad)
            else:
                self.done.merged += len(left)
                return

    def _put_aside(self, bundle: LoggedBundle, error: BundleError) -> None:
        path = put_aside(self._quarantine, bundle, str(error))
        self._tell(f"{bundle.site}: a bundle of worker {bundle.worker} was not merged ({error}); it is kept: {path}")

    def _try_quarantined(self, database: Database) -> bool:
        """Try once what was put aside, now or earlier: a newer program may read it, or what it builds on came since."""
        if self._has_retried:
            return False
        self._has_retried = True
        released = [self._release(database, kept) for kept in list_quarantined(self._quarantine)]
        return any(released)

    def _release(self, database: Database, kept: Quarantined) -> bool:
        """Merge a bundle out of quarantine; False where that cannot be done yet."""
        data = kept.read()
        try:
            _check_head(data, kept.site)
            merge_bundles(database, [data])
        except BundleError:
            return False
        kept.release()
        self.done.merged += 1
        self._tell(f"{kept.site}: merged after all, and out of quarantine: {kept.path.name}")
        return True


def describe_followed(done: Followed, shown: str, path: Path) -> str:
    """Say what came of following in one line."""
    aside = f"; {count(done.quarantined, 'bundle')} in {quarantine_beside(path)}" if done.quarantined else ""
    missing = f"; {count(done.missing, 'file')} missing" if done.missing else ""
    return f"{path}: {count(done.merged, 'bundle')} merged from {shown}{aside}{missing}"


def _check_head(data: bytes, site: str) -> None:
    """Refuse a bundle of another site than the log says: who follows some sites gets those alone."""
    head = read_head(data)
    if head.site != site:
        raise BundleError(f"the log says that it is of {site}, and it is of {head.site}; report its worker")


def _group_by_site(bundles: Sequence[LoggedBundle]) -> Iterator[list[LoggedBundle]]:
    """Yield the bundles of each site, in order, some at a time: no bundle builds on one of another site."""
    for site in dict.fromkeys(bundle.site for bundle in bundles):
        own = [bundle for bundle in bundles if bundle.site == site]
        yield from (own[start : start + MOST_MERGED] for start in range(0, len(own), MOST_MERGED))


def _find_bad(bundles: Sequence[LoggedBundle], error: BundleError) -> LoggedBundle | None:
    """Find which bundle an error is about; None where it does not say, and there are several."""
    if len(bundles) == 1:
        return bundles[0]
    return next((bundle for bundle in bundles if bundle.digest == error.digest), None)
