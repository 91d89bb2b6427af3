"""The platforms that are known, by name."""

from archiver.errors import SiteError
from archiver.platforms.layout import Platform
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.site import Site

PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in (LIFERAY_HANOI,)}


def platform_of(site: Site) -> Platform:
    """Return the platform a site names; SiteError where there is none of that name."""
    try:
        return PLATFORMS[site.platform]
    except KeyError:
        known = ", ".join(sorted(PLATFORMS))
        raise SiteError(f"site {site.name}: there is no platform {site.platform!r}; known: {known}") from None
