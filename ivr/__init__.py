"""The switchboard: how a call is run."""
