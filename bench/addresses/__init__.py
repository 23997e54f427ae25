"""``python -m bench addresses``: addresses by voice over a register of any size. See ../README.md."""
