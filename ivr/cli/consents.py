"""``ivr consents``: what callers agreed to, as proof, and taking it back."""

from __future__ import annotations

from datetime import datetime

import click

from ivr.cli.common import (
    EXIT_PROBLEMS,
    fail,
    json_option,
    opened_store,
    out,
    print_json,
    print_table,
    with_settings,
)
from ivr.cli.phone_numbers import phone_number
from ivr.masking import mask_phone
from ivr.settings import Settings
from ivr.store.audit import operating_user
from ivr.store.consents import KINDS, StoredConsent


@click.group("consents")
def command() -> None:
    """What callers agreed to: SMS, notices of outages, surveys, calls. Who, when, in which call, to which words.

    \b
    Examples:
      ivr consents list                  the newest of all telephones, masked
      ivr consents list +79001231234     one telephone's, with the words that were heard
      ivr consents withdraw +79001231234 sms
    """


@command.command("list")
@with_settings
@click.argument("phone", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Without PHONE: lines at most."
)
@json_option
def list_consents(settings: Settings, phone: str | None, limit: int, as_json: bool) -> None:
    """The consents given last, of all telephones (masked, without the words); or of PHONE every one with its words.

    Withdrawn ones are listed, too. Reading those of a PHONE is written down.
    """
    if phone is None:
        _list_latest(settings, limit, as_json=as_json)
        return
    number = phone_number(phone)
    with opened_store(settings) as store:
        store.audit.write("consents list", mask_phone(number), "phone, consents", now=datetime.now(settings.tz))
        kept = store.consents.all(number)
    if as_json:
        print_json(kept)
        return
    print_table(
        ("kind", "given", "withdrawn", "by", "call", "answer", "version", "words"),
        (
            (
                consent.kind,
                *_given_and_withdrawn(consent),
                consent.withdrawn_by,
                consent.call,
                consent.how,
                consent.text_version,
                consent.text,
            )
            for consent in kept
        ),
        whole=("kind", "call"),
        spare=("version", "answer", "by"),
    )


def _list_latest(settings: Settings, limit: int, *, as_json: bool) -> None:
    """Those of all telephones. Their words may name an address: they are shown of one telephone only."""
    with opened_store(settings) as store:
        kept = store.consents.latest(limit)
    if as_json:
        print_json(
            [
                {
                    "kind": consent.kind,
                    "phone": mask_phone(consent.phone),
                    "given_at": consent.given_at,
                    "withdrawn_at": consent.withdrawn_at,
                    "call": consent.call,
                    "text_version": consent.text_version,
                }
                for consent in kept
            ]
        )
        return
    print_table(
        ("kind", "given", "withdrawn", "phone", "call", "version"),
        (
            (
                consent.kind,
                *_given_and_withdrawn(consent),
                mask_phone(consent.phone),
                consent.call,
                consent.text_version,
            )
            for consent in kept
        ),
        whole=("kind", "call"),
        spare=("version",),
    )


def _given_and_withdrawn(consent: StoredConsent) -> tuple[str, str]:
    withdrawn = f"{consent.withdrawn_at:%d.%m.%Y %H:%M:%S}" if consent.withdrawn_at else ""
    return f"{consent.given_at:%d.%m.%Y %H:%M:%S}", withdrawn


@command.command("withdraw")
@with_settings
@click.argument("phone")
@click.argument("kind", type=click.Choice(KINDS))
@json_option
def withdraw(settings: Settings, phone: str, kind: str, as_json: bool) -> None:
    """Take back every consent of a telephone to one kind; nothing more is sent by it. That is written down.

    Leaves with 1 when there was none that held.
    """
    number = phone_number(phone)
    (chosen,) = (known for known in KINDS if known == kind)
    with opened_store(settings) as store:
        now = datetime.now(settings.tz)
        store.audit.write("consents withdraw", f"{mask_phone(number)} {kind}", "phone, consents", now=now)
        ended = store.consents.withdraw(number, chosen, now=now, who=operating_user())
    if not ended:
        fail(f"there is no consent to {kind} of {mask_phone(number)}", "ivr consents list PHONE", EXIT_PROBLEMS)
    if as_json:
        print_json({"kind": kind, "phone": mask_phone(number), "withdrawn": ended})
    else:
        out.print(f"withdrawn: {kind} of {mask_phone(number)}", markup=False)
