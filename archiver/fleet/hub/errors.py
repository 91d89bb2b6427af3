"""What can be wrong with the hub, each told in one line; no password is ever in one."""

from archiver.errors import ArchiverError


class HubError(ArchiverError):
    """The hub cannot be used: what it refuses, or a mistake in its address."""


class HubAwayError(HubError):
    """The hub does not answer just now: trying again later may help, and nothing that was told it is lost."""


class HubVersionError(HubError):
    """The hub's tables are older or newer than this program."""


class LostJobError(HubError):
    """The job is another's by now: nothing more may be written in its name."""
