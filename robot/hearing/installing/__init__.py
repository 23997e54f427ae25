"""Bringing a model that others have made onto this machine: fetched, compared with its checksum, unpacked, tried."""

from robot.hearing.installing.failure import CannotInstall
from robot.hearing.installing.install import Installed, Stages, install
from robot.hearing.installing.source import KNOWN, Source, source_of

__all__ = ["KNOWN", "CannotInstall", "Installed", "Source", "Stages", "install", "source_of"]
