"""The kinds of line: one file each. Every one of them fulfils :class:`ivr.ports.Channel`."""
