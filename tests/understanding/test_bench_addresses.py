"""The bench of addresses counts right, and its callers mean what they say."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.addresses.asked import Score, at_most, percentiles, read_queries, same, write_queries
from bench.addresses.callers import SETS, Callers, Query
from bench.addresses.noises import NOISES, UNSEEN, noisy
from bench.addresses.real_names import write_real_register
from outage_feed.generate import generate
from outage_feed.model import Address, Street
from outage_feed.places import gather
from outage_feed.register import load_points, read_point
from robot.understanding.spoken_places import said_street, said_town
from tests.understanding.register import addresses

CONTENTS = gather((read_point(row)[0].address for row in generate(3000, seed=5)), said_town, said_street)


def test_the_bound_of_a_rate() -> None:
    assert at_most(0, 1000) == pytest.approx(1 - 0.05 ** (1 / 1000), rel=1e-6)
    assert at_most(3, 1000) == pytest.approx(0.00773, rel=0.01)
    assert at_most(5, 5) == 1.0


def test_percentiles_of_times() -> None:
    assert percentiles(range(100)) == {"p50": 50, "p95": 95, "p99": 99, "max": 99}
    assert percentiles([]) == {}


def test_a_wrong_address_that_is_sure_is_counted_as_such() -> None:
    one, other, third = addresses()[:3]
    score = Score()
    score.count(Query("clean", ("one",), one), [one, other], sure=True)
    score.count(Query("clean", ("one",), one), [other, one], sure=True)
    score.count(Query("clean", ("one",), one), [other, third, one], sure=False)
    score.count(Query("clean", ("none",), None), [other], sure=True)
    score.count(Query("clean", ("one",), one), [one], sure=False, offered=False)
    told = score.to_json()
    assert (told["asked"], told["there"], told["top1"], told["top3"]) == (5, 4, 1, 4)
    assert (told["sure"], told["false_sure"]) == (3, 2)
    assert sum(text.startswith("SURE") for text in told["wrong"]) == 2


def test_queries_survive_their_file(tmp_path: Path) -> None:
    made = [query for kind in SETS for query in Callers(CONTENTS, 1).queries(kind, 30)]
    write_queries(tmp_path / "q.jsonl", made)
    assert read_queries(tmp_path / "q.jsonl") == made


def test_a_fifth_of_the_queries_at_least_means_nothing_of_the_register() -> None:
    made = list(Callers(CONTENTS, 2).queries("clean", 600))
    assert sum(query.meant is None for query in made) > 0.2 * len(made)
    known = {(way.settlement, way.street): set(way.houses) for way in CONTENTS.ways}
    for query in made:
        if query.meant is not None:
            assert CONTENTS.writings.index(query.meant.house) in known[query.meant.settlement, query.meant.street]


@pytest.mark.parametrize("noise", [*NOISES, *UNSEEN], ids=lambda noise: noise.__name__)
def test_noises_spoil_one_word_and_leave_the_rest(noise: object) -> None:
    chance = random.Random(1)
    for word in ("октябрьская", "садовая", "герцена", "ленинградское"):
        words = noise(chance, ["улица", word, "пять"], 1)  # type: ignore[operator]
        assert words[0] == "улица"
        assert words[-1] == "пять"
    assert noisy(chance, "улица мира пять", ["мира"], NOISES) == "улица мира пять"


def test_one_street_in_two_writings_is_one() -> None:
    address = next(each for each in addresses() if each.street and each.street.name == "К.Маркса")
    assert address.street is not None
    other = Address(address.settlement, Street("Карла Маркса", "ул"), address.house)
    assert same(address, other)
    assert not same(address, Address(address.settlement, address.street, "77"))


def test_real_names_make_a_register(tmp_path: Path) -> None:
    names = tmp_path / "lo.js"
    names.write_text(
        'let lo = {"districts": [{"name": "Лесной", "nasPunkt": [{"name": "Сосновка дер."}, {"name": null}, null,'
        ' {"name": "Бор г.", "streets": [{"name": "Газа 1-й пер."}, {"name": ""},]},]},]};',
        encoding="utf-8",
    )
    write_real_register(tmp_path / "r.csv", names, 40, seed=1)
    loaded = load_points(tmp_path / "r.csv")
    assert not loaded.problems
    assert {str(point.address.street or point.address.settlement) for point in loaded.points} == {
        "д. Сосновка",
        "пер. Газа 1-й",
    }
