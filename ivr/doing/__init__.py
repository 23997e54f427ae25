"""The I/O side of the centre's errands, one file each; ``ivr/app.py`` joins them."""
