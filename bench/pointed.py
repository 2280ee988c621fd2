"""Runs a peer's own command with HubSpot's address replaced by a local one; nothing of the peer's text is touched.

Run by the peer's interpreter, not ours: `python pointed.py ADDRESS MODULE:FUNCTION [ARGUMENT ...]`.
"""

import importlib
import sys
from operator import attrgetter

import requests

_HUBSPOT = "https://api.hubapi.com"


def point(address: str) -> None:
    """Send whatever `requests` would send to HubSpot to another address."""
    prepare = requests.PreparedRequest.prepare_url

    def prepare_url(self: requests.PreparedRequest, url: str, params: object) -> None:
        prepare(self, url.replace(_HUBSPOT, address, 1), params)

    requests.PreparedRequest.prepare_url = prepare_url  # type: ignore[method-assign,assignment]


def main() -> None:
    """Point and run."""
    address, command, *arguments = sys.argv[1:]
    module, _, function = command.partition(":")
    point(address)
    sys.argv = [module, *arguments]
    attrgetter(function)(importlib.import_module(module))()


if __name__ == "__main__":
    main()
