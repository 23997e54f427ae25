"""The grid: what is broken, where, until when."""
