"""SMS gateways, one file each; ``[sms] gateway`` in ivr.toml chooses."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.model import TRIAL
from ivr.ports import SmsGateway
from ivr.settings import Settings
from ivr.sms.http import HttpGateway
from ivr.sms.log import LogGateway


@dataclass(frozen=True, slots=True)
class Gateways:
    """Who takes messages: of callers, and of those who only try something out (:data:`ivr.call.model.TRIAL`)."""

    real: SmsGateway
    trial: SmsGateway

    def of(self, call_id: str) -> SmsGateway:
        """The gateway for the messages of a call."""
        return self.trial if call_id.startswith(TRIAL) else self.real


def make_gateways(settings: Settings) -> Gateways:
    """The gateways that the settings ask for; what is only tried out is never sent to a telephone."""
    about = settings.sms
    log = LogGateway(settings.sms_outbox, sender=about.sender)
    if about.gateway == "log":
        return Gateways(log, log)
    secret = settings.sms_secret_file
    http = HttpGateway(about.url, secret_file=secret, format=about.format, sender=about.sender, seconds=about.seconds)
    return Gateways(http, log)
