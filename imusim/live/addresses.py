"""Addresses of this machine, and whom a server on it answers."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what is bound to a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def may_ask(asked: str, bound: str) -> bool:
    """Whether a request for a host may be answered by a server that is bound to one.

    A page of another site reaches this machine by a name of its own that it lets point here (DNS
    rebinding); it cannot choose an address. So of names only the machine's own are answered, and
    addresses other than loopback only where the server was bound to more.

    Parameters
    ----------
    asked : str
        The request's header Host, or the host of its Origin.
    bound : str
    """
    try:
        name = urlsplit(f"//{asked}").hostname or ""
        if not name:
            return False
        if is_loopback(name):
            return True
    except ValueError:
        return False
    if is_loopback(bound):
        return False
    if name in (bound.lower(), socket.gethostname().lower()):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
