"""Which article a key is of, as a crawl knows it: by what the archive knew when it began, and by spelling."""

from collections.abc import Iterable, Mapping

from archiver.urls import spell_key


class Names:
    """Names articles by the key that the archive shows; a key that is not known names itself.

    ``others`` are the keys of known articles that are not their first. Spellings of one address are one key, also of
    articles that the crawl met itself.
    """

    def __init__(self, known: Iterable[str] = (), others: Mapping[str, str] | None = None) -> None:
        self._known = known
        self._others = others or {}
        self._spelt: dict[tuple[str, str], str] | None = None
        self._met: dict[str, str] = {}

    def name(self, key: str) -> str:
        """Return the key by which the article of a key is known."""
        if key in self._known or "/" not in key:
            return self._others.get(key, key)
        if key not in self._met:
            self._met[key] = self._others.get(key) or self._find_spelt(key)
        return self._met[key]

    def _find_spelt(self, key: str) -> str:
        spelt = spell_key(key)
        return self._list_spelt().setdefault(spelt, key) if spelt else key

    def _list_spelt(self) -> dict[tuple[str, str], str]:
        """List the known articles by the one spelling of their keys: only once there is a key that is not known."""
        if self._spelt is None:
            pairs = [*((key, key) for key in self._known), *self._others.items()]
            self._spelt = {spelt: name for key, name in pairs if (spelt := spell_key(key))}
        return self._spelt
