"""The I/O side of the operator's errands, one file each. Reading the database never blocks the event loop."""
