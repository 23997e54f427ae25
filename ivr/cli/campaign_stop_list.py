"""``ivr campaign stop-list``: telephones that are not to be called (joined to the group in ``campaign.py``)."""

from __future__ import annotations

from datetime import datetime

import click

from ivr.campaigns.model import Kind
from ivr.cli.common import EXIT_PROBLEMS, fail, json_option, opened_store, out, print_json, print_table, with_settings
from ivr.cli.phone_numbers import phone_number
from ivr.masking import mask_phone
from ivr.settings import Settings
from ivr.store.audit import operating_user

_KIND = click.option(
    "--kind", "kind_name", type=click.Choice([kind.value for kind in Kind]), help="Only calls of this kind; else all."
)


@click.group("stop-list")
def stop_list() -> None:
    """Telephones that no campaign calls: for one kind of calls, or for all. Who opts out in a call gets here, too.

    \b
    Examples:
      ivr campaign stop-list add +79001231234 --reason "letter 17 of 25.11"
      ivr campaign stop-list add +79001231234 --kind survey
      ivr campaign stop-list list
    """


@stop_list.command("add")
@click.argument("phone")
@_KIND
@click.option("--reason", default="asked", show_default=True, help="Why, in a few words; no personal data.")
@json_option
@with_settings
def add(settings: Settings, phone: str, kind_name: str | None, reason: str, as_json: bool) -> None:
    """Put a telephone on the list. Leaves with 1 when it is there already."""
    number, kind = phone_number(phone), Kind(kind_name) if kind_name else None
    with opened_store(settings) as store:
        now = datetime.now(settings.tz)
        new = store.stop_list.add(number, kind, reason=reason, source=operating_user(), now=now)
    if not new:
        fail(f"{mask_phone(number)} is on the stop list already", "ivr campaign stop-list list", EXIT_PROBLEMS)
    _done("on", number, kind, as_json=as_json)


@stop_list.command("remove")
@click.argument("phone")
@_KIND
@json_option
@with_settings
def remove(settings: Settings, phone: str, kind_name: str | None, as_json: bool) -> None:
    """Take a telephone off the list, for the kind that it was put on for. Leaves with 1 when it is not on it."""
    number, kind = phone_number(phone), Kind(kind_name) if kind_name else None
    with opened_store(settings) as store:
        gone = store.stop_list.remove(number, kind, who=operating_user(), now=datetime.now(settings.tz))
    if not gone:
        what = f"for {kind} calls" if kind else "for all calls"
        fail(f"{mask_phone(number)} is not on the stop list {what}", "ivr campaign stop-list list", EXIT_PROBLEMS)
    _done("off", number, kind, as_json=as_json)


@stop_list.command("list")
@click.argument("phone", required=False)
@click.option("--all", "everything", is_flag=True, help="Those taken off the list, too.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@click.option("--phones", is_flag=True, help="Show phones in full; that is written down.")
@json_option
@with_settings
def list_stopped(
    settings: Settings, phone: str | None, everything: bool, limit: int, phones: bool, as_json: bool
) -> None:
    """The newest entries, or those of PHONE."""
    number = phone_number(phone) if phone else ""
    with opened_store(settings) as store:
        if phones:
            subject = mask_phone(number) if number else "all"
            store.audit.write("campaign stop-list list", subject, "phone", now=datetime.now(settings.tz))
        found = store.stop_list.latest(limit, phone=number, removed=everything)
    if as_json:
        print_json(
            [
                {
                    "phone": each.phone if phones else mask_phone(each.phone),
                    "kind": each.kind,
                    "reason": each.reason,
                    "source": each.source,
                    "at": each.at,
                    "removed_at": each.removed_at,
                    "removed_by": each.removed_by,
                }
                for each in found
            ]
        )
        return
    print_table(
        ("phone", "calls", "since", "reason", "by", "taken off", "by whom"),
        (
            (
                each.phone if phones else mask_phone(each.phone),
                each.kind or "all",
                f"{each.at:%d.%m.%Y %H:%M}",
                each.reason,
                each.source,
                f"{each.removed_at:%d.%m.%Y %H:%M}" if each.removed_at else "",
                each.removed_by,
            )
            for each in found
        ),
        whole=("phone", "calls"),
        spare=("by whom", "by"),
    )


def _done(where: str, number: str, kind: Kind | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"phone": mask_phone(number), "kind": kind, "stopped": where == "on"})
    else:
        what = f"{kind} calls" if kind else "all calls"
        out.print(f"{mask_phone(number)} is {where} the stop list for {what}", markup=False)
