"""The way in for dispatchers' programs and other systems: HTTP with JSON, and webhooks out.

What is pushed goes the way of what is polled: the same reader, the same store, the same versions.
"""
