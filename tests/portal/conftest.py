"""A small portal, served."""

from collections.abc import Iterator

import pytest

from tests.portal import Portal, demo_portal, serve
from tests.portal.browsing import Client


@pytest.fixture
def portal() -> Portal:
    return demo_portal()


@pytest.fixture
def client(portal: Portal) -> Iterator[Client]:
    with serve(portal) as base, Client(base) as client:
        yield client
