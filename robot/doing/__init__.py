"""The I/O side of the operator's errands, one file each."""
