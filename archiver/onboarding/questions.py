"""What an inquiry into a site asks for, and what it hears."""

from dataclasses import dataclass

from archiver.model import Capture, Problem


@dataclass(frozen=True, slots=True)
class Ask:
    """Addresses to fetch, one after the other, after ``pause`` seconds."""

    urls: tuple[str, ...]
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class InquiryReply:
    """What came back for an address: a capture, whatever its status, or the reason why there is none."""

    url: str
    outcome: Capture | Problem
