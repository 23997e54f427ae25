"""A scripted caller who calls the running hotline by a real telephone, for showing and for trying it (``ivr demo``)."""
