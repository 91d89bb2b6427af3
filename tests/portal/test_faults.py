"""The replica fails in all the ways that networks and portals do."""

import gzip
import http.client
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import pytest

from tests.portal import Portal, Response, article_path, maintenance_page, serve
from tests.portal.browsing import Client

CHANNEL = "hoat-dong-dang-uy-khoi"


def test_outage_answers_in_the_portals_place_and_does_not_count(portal: Portal, client: Client) -> None:
    article = portal.listed(CHANNEL)[0]
    page = maintenance_page(datetime(2022, 1, 1, tzinfo=UTC), title=article.title)
    portal.outage = lambda path: Response(200, page) if path.startswith(f"/{CHANNEL}") else None
    assert client.get(article_path(article)) == (200, page)
    assert client.get("/")[0] == 200
    portal.outage = None
    assert portal.views(article.id) == article.views
    assert client.get(article_path(article))[0] == 200


def test_single_addresses_can_be_answered_otherwise(portal: Portal, client: Client) -> None:
    portal.answers[f"/{CHANNEL}"] = Response(429, headers=(("Retry-After", "5"),))
    portal.answers["/cu"] = Response(301, headers=(("Location", f"/{CHANNEL}"),))
    assert client.get(f"/{CHANNEL}?x=1")[0] == 429
    assert client.get("/cu")[0] == 301
    assert client.get("/cong-tac-doan-hoi")[0] == 200


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_truncated_answers_are_noticed_by_the_client(
    portal: Portal, client: Client, framing: Literal["length", "chunked"]
) -> None:
    whole = portal.page(f"/{CHANNEL}")
    portal.answers[f"/{CHANNEL}"] = replace(whole, truncate_at=500, framing=framing)
    with pytest.raises(http.client.IncompleteRead) as error:
        client.get(f"/{CHANNEL}")
    assert error.value.partial == whole.body[:500]


def test_chunks_and_closed_connections_carry_whole_pages(portal: Portal, client: Client) -> None:
    whole = portal.page(f"/{CHANNEL}")
    framings: tuple[Literal["length", "chunked", "close"], ...] = ("chunked", "close", "length")
    for framing in framings:
        portal.answers[f"/{CHANNEL}"] = replace(whole, framing=framing)
        assert client.get(f"/{CHANNEL}") == (200, whole.body)


@pytest.mark.parametrize("truncate_at", [None, 500])
def test_reset_connections(portal: Portal, client: Client, truncate_at: int | None) -> None:
    portal.answers["/"] = replace(portal.page("/"), reset=True, truncate_at=truncate_at)
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected, http.client.IncompleteRead)):
        client.get("/")


def test_delayed_and_dripping_answers_take_their_time(portal: Portal, client: Client) -> None:
    portal.answers["/"] = Response(200, b"cham", delay=0.1, drip=0.02)
    started = time.monotonic()
    assert client.get("/") == (200, b"cham")
    assert time.monotonic() - started >= 0.1 + 3 * 0.02


def test_bodies_may_be_encoded_beforehand(portal: Portal, client: Client) -> None:
    whole = portal.page("/")
    portal.answers["/"] = replace(
        whole, body=gzip.compress(whole.body)[:-200], headers=(*whole.headers, ("Content-Encoding", "gzip"))
    )
    with pytest.raises(EOFError):
        gzip.decompress(client.get("/")[1])


def test_server_stops_at_once_whatever_its_clients_wait_for(portal: Portal) -> None:
    portal.answers["/"] = Response(200, delay=30)
    with serve(portal) as base:
        idle, waiting = Client(base), Client(base)
        idle.page("/gioi-thieu")
        waiting.connection.request("GET", "/")
        time.sleep(0.05)
        started = time.monotonic()
    assert time.monotonic() - started < 10
    idle.connection.close()
    waiting.connection.close()
