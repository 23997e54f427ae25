"""The wire to Asterisk: FastAGI (calls) and AMI (events, actions). panoramisk stops here."""
