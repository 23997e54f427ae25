"""What contacts are: the six categories of обращений, and causes in a word (DOMAIN section 1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "complaint": "жалоба",
        "consultation": "запрос справочной информации, консультация",
        "application": "заявка",
        "notice": "уведомление, сообщение информации",
        "review": "отзыв",
        "suggestion": "предложение",
    }
)
"""The company's six categories with their Russian names."""

CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "no_power": "нет электроэнергии",
        "voltage": "качество электроэнергии",
        "theft": "хищение",
        "meter": "приборы учёта",
        "connection": "технологическое присоединение",
        "maintenance": "состояние электросетей",
        "danger": "опасность",
        "other": "другое",
    }
)
"""What a contact may be about, with Russian names."""

_BY_TOPIC: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "no_power": ("notice", "no_power"),
        "danger": ("notice", "danger"),
        "quality": ("notice", "voltage"),
        "voltage": ("notice", "voltage"),
        "theft": ("notice", "theft"),
        "maintenance": ("notice", "maintenance"),
        "connection": ("consultation", "connection"),
        "meter": ("application", "meter"),
        "callback": ("application", ""),
        "client_day": ("application", ""),
        "complaint": ("complaint", ""),
        "feedback": ("review", ""),
        "review": ("review", ""),
        "suggestion": ("suggestion", ""),
        "other": ("notice", "other"),
    }
)


def category_of(topic: str) -> str:
    """The category that a ticket of this topic has unless the conversation shows another: «notice» by default."""
    return _BY_TOPIC.get(topic, ("notice", ""))[0]


def cause_of(topic: str) -> str:
    """The cause that a topic stands for; empty when it stands for none."""
    return _BY_TOPIC.get(topic, ("notice", ""))[1]
