"""``kind: topic``: hand the call to a script of the robot operator (``robot/topics/``)."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ivr.call.model import NeedsPerson, OutcomeClass
from ivr.dialplan.fields import Name, Node, Target
from ivr.dialplan.findings import Finding, Knowledge, known_names, near
from ivr.dialplan.topics import settings_of
from ivr.dialplan.walk import Visit


class Topic(Node):
    """Let the ``topic`` talk to the caller, then go on at ``next``; without ``next`` the call ends.

    Where the topic has told or registered what the call was about, it goes on at ``helped`` instead, if that is
    given; where it finds that a person is needed, at ``to_person``. ``with`` holds the topic's settings, if any.
    """

    topic: Name
    settings: dict[str, str] = Field({}, alias="with")
    helped: Target | None = None
    to_person: Target | None = None
    next: Target | None = None

    def findings(self, known: Knowledge) -> Iterator[Finding]:
        """The topic must exist and take these settings, all that it needs and no others."""
        topic = known.topics.get(self.topic)
        if topic is None:
            yield known.unknown(("topic",), "topic", self.topic, known.topics)
            return
        takes = settings_of(topic)
        for name, value in self.settings.items():
            if name not in takes:
                hint = near(name, takes) or (known_names(takes) if takes else "it takes none")
                yield Finding(("with", name), f"topic {self.topic} has no setting {name!r}", hint, at_key=True)
            elif takes[name].values and value not in takes[name].values:
                hint = near(value, takes[name].values) or known_names(takes[name].values)
                yield Finding(("with", name), f"{name} cannot be {value!r}", hint)
        for setting in takes.values():
            if setting.required and setting.name not in self.settings:
                hint = f"with: {{{setting.name}: …}}"
                yield Finding(("topic",), f"topic {self.topic} needs the setting {setting.name!r}", hint)

    async def run(self, visit: Visit) -> str | None:
        """Hold the conversation."""
        outcome = await visit.hold(self.topic, self.settings)
        if isinstance(outcome, NeedsPerson):
            return self.to_person or self.next
        return (self.helped or self.next) if outcome.kind is OutcomeClass.SERVED else self.next
