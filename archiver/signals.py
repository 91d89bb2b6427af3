"""Signals that ask a program to end: all of them as Ctrl-C does, rolling back, with status 130."""

import signal


def obey_signals() -> None:
    """Take SIGTERM, which systemd sends, and SIGHUP, which a terminal sends that is closed, for Ctrl-C."""
    for number in list_ending():
        if number != signal.SIGINT:
            signal.signal(number, signal.default_int_handler)


def list_ending() -> tuple[signal.Signals, ...]:
    """List the signals that end a crawl; not SIGHUP where it was ignored from the begin, as nohup has it."""
    ending = (signal.SIGTERM, signal.SIGINT)
    return ending if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else (*ending, signal.SIGHUP)
