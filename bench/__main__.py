"""``python -m bench``: see README.md beside this file."""

from __future__ import annotations

import logging

import click
import structlog

from bench.addresses.command import addresses
from bench.command import menu
from bench.speech.command import speech


@click.group("bench")
def main() -> None:
    """How fast, compared with what. `COMMAND --help` tells more; bench/README.md what the figures mean."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


main.add_command(addresses)
main.add_command(menu)
main.add_command(speech)

if __name__ == "__main__":
    main()
