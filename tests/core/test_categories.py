"""Every contact is classed into the six categories."""

from typing import get_args

import pytest

from ivr.call.categories import CATEGORIES, CAUSES, category_of, cause_of
from robot.topics.message import Subject


@pytest.mark.parametrize("topic", ["no_power", *get_args(Subject)])
def test_every_topic_has_a_category_of_the_six(topic: str) -> None:
    assert len(CATEGORIES) == 6
    assert category_of(topic) in CATEGORIES
    assert cause_of(topic) in {*CAUSES, ""}


def test_topics_are_what_people_mean_by_them() -> None:
    kinds = {topic: category_of(topic) for topic in ("no_power", "complaint", "feedback", "suggestion", "unheard-of")}
    assert kinds == {
        "no_power": "notice",
        "complaint": "complaint",
        "feedback": "review",
        "suggestion": "suggestion",
        "unheard-of": "notice",
    }
