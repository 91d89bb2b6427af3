"""What a reader can ask for that cannot be shown; told in the reader's language."""

from archiver.errors import UsageError


class PageError(UsageError):
    """A page that cannot be shown: the key of a message and what is filled into it."""

    status = 400
    heading = "wrong_title"

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class MissingError(PageError):
    """Something that the archive does not hold."""

    status = 404
    heading = "missing_title"
