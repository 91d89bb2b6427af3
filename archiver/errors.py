"""The errors that end a command, each with the exit status it stands for.

ArchiverError            1  the work cannot be done
├── ArchiveError         1  the archive cannot be used: foreign file, newer version, not writable, damaged
│   └── HeldError       75  another program has the archive open
└── UsageError           2  the user asked for something that does not exist or cannot be understood
    └── SiteError        2  a site is unknown or its declaration is wrong

Their text is one line that says what to do. Nothing below the command line turns them into a traceback.
"""


class ArchiverError(Exception):
    """Something that cannot be done, told in one line."""

    exit_status = 1


class ArchiveError(ArchiverError):
    """The archive file cannot be used."""


class HeldError(ArchiveError):
    """Another program has the archive open."""

    exit_status = 75


class UsageError(ArchiverError):
    """The user's words cannot be understood."""

    exit_status = 2


class SiteError(UsageError):
    """No such site, or a site declaration that is wrong."""
