"""A tiny delivery of the state register of addresses, fictional, in the form of the real one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from outage_feed.errors import RegisterError
from outage_feed.register import load_points

NAME = "{}_20261101_0f5a0f5a-0000-4000-8000-000000000001.XML"
OBJECTS = (
    (1, "Воронежская", "обл", 1),
    (2, "Новоусманский", "р-н", 2),
    (3, "Воронеж", "г", 5),
    (4, "Бабяково", "с", 6),
    (5, "Ромашка", "СНТ", 7),
    (6, "Ленина", "ул", 8),
    (7, "8 Марта", "ул", 8),
    (8, "Вишнёвая", "ул", 8),
    (9, "Северный", "мкр", 7),
)
PARENTS = ((1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 4), (7, 3), (8, 5), (9, 3),
           (20, 6), (21, 6), (22, 7), (23, 8), (24, 5), (25, 9), (26, 4), (27, 6), (28, 6), (29, 77))  # fmt: skip
HOUSES = (
    (20, 'HOUSENUM="5" HOUSETYPE="2"'),
    (21, 'HOUSENUM="7а" HOUSETYPE="3"'),
    (22, 'HOUSENUM="25" ADDNUM1="2" ADDTYPE1="1" ADDNUM2="1" ADDTYPE2="2" HOUSETYPE="5"'),
    (23, 'HOUSENUM="1" HOUSETYPE="2"'),
    (24, 'HOUSENUM="12" HOUSETYPE="1"'),
    (25, 'HOUSENUM="3" HOUSETYPE="2"'),
    (26, 'HOUSENUM="9" HOUSETYPE="2"'),
    (27, 'HOUSENUM="8" HOUSETYPE="4"'),
    (28, 'HOUSENUM="6" HOUSETYPE="2" ISACTUAL="0"'),
    (29, 'HOUSENUM="4" HOUSETYPE="2"'),
)


def guid(number: int) -> str:
    return f"AAAAAAAA-0000-4000-8000-{number:012d}"


def objects() -> str:
    lines = [
        f'<OBJECT ID="{n}" OBJECTID="{n}" OBJECTGUID="{guid(n)}" NAME="{name}" TYPENAME="{kind}" LEVEL="{level}"'
        ' ISACTUAL="1" ISACTIVE="1" />'
        for n, name, kind, level in OBJECTS
    ]
    old = '<OBJECT ID="90" OBJECTID="4" NAME="Старое Бабяково" TYPENAME="с" LEVEL="6" ISACTUAL="0" ISACTIVE="0" />'
    return '<?xml version="1.0" encoding="utf-8"?>\n<ADDRESSOBJECTS>' + "\n".join([*lines, old]) + "</ADDRESSOBJECTS>"


def parents() -> str:
    lines = [
        f'<ITEM ID="{n}" OBJECTID="{n}" PARENTOBJID="{parent}" REGIONCODE="36" ISACTIVE="1" />' for n, parent in PARENTS
    ]
    old = '<ITEM ID="91" OBJECTID="20" PARENTOBJID="7" ISACTIVE="0" />'
    return "<ITEMS>" + "\n".join([old, *lines]) + "</ITEMS>"


def houses() -> str:
    lines = [f'<HOUSE ID="{n}" OBJECTID="{n}" OBJECTGUID="{guid(n)}" {about} />' for n, about in HOUSES]
    return "<HOUSES>\n" + "\n".join(lines) + "\n</HOUSES>"


def files() -> dict[str, str]:
    return {
        NAME.format("36/AS_ADDR_OBJ"): objects(),
        NAME.format("36/AS_ADM_HIERARCHY"): parents(),
        NAME.format("36/AS_HOUSES"): houses(),
        NAME.format("36/AS_HOUSES_PARAMS"): "<PARAMS/>",
        NAME.format("36/AS_ADDR_OBJ_PARAMS"): "<PARAMS/>",
        NAME.format("77/AS_HOUSES"): "not ours, never opened",
        NAME.format("AS_HOUSE_TYPES"): '<HOUSETYPES><HOUSETYPE ID="1" NAME="Владение"/><HOUSETYPE ID="2" NAME="Дом"/>'
        '<HOUSETYPE ID="3" NAME="Домовладение"/><HOUSETYPE ID="4" NAME="Гараж"/><HOUSETYPE ID="5" NAME="Здание"/>'
        "</HOUSETYPES>",
    }


def folder(path: Path, delivery: dict[str, str]) -> Path:
    for name, text in delivery.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return path


def archive(path: Path, delivery: dict[str, str]) -> Path:
    file = path / "gar_xml.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in delivery.items():
            made.writestr(name, text)
    return file


@pytest.mark.parametrize("write", [folder, archive])
def test_every_house_of_a_served_region(tmp_path: Path, write: Callable[[Path, dict[str, str]], Path]) -> None:
    path = write(tmp_path, files())
    loaded = load_points(path)
    found = {
        point.id[-2:]: (point.address.settlement.district, str(point.address), point.region) for point in loaded.points
    }
    assert found == {
        "20": ("р-н Новоусманский", "с. Бабяково, ул. Ленина, 5", "36"),
        "21": ("р-н Новоусманский", "с. Бабяково, ул. Ленина, 7а", "36"),
        "22": ("", "г. Воронеж, ул. 8 Марта, 25 корп. 2 стр. 1", "36"),
        "23": ("р-н Новоусманский", "СНТ Ромашка, ул. Вишнёвая, 1", "36"),
        "24": ("р-н Новоусманский", "СНТ Ромашка, вл. 12", "36"),
        "25": ("", "г. Воронеж, мкр. Северный, 3", "36"),
        "26": ("р-н Новоусманский", "с. Бабяково, 9", "36"),
    }
    assert all(point.fias == point.id == point.id.lower() for point in loaded.points)
    (problem,) = loaded.problems
    line = next(n for n, text in enumerate(houses().splitlines(), 1) if 'ID="29"' in text)
    assert str(problem) == f"{path}/{NAME.format('36/AS_HOUSES')}:{line}: row left out: no settlement"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({NAME.format("36/AS_HOUSES"): "<HOUSES><HOUSE"}, "not XML"),
        (
            {NAME.format("36/AS_HOUSES"): '<!DOCTYPE a [<!ENTITY b "c">]><HOUSES>&b;</HOUSES>'},
            "a document type is not allowed",
        ),
        ({NAME.format("36/AS_HOUSES"): "<a>" * 30 + "</a>" * 30}, "nested too deeply"),
    ],
)
def test_a_delivery_that_cannot_be_read(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    with pytest.raises(RegisterError, match=message):
        load_points(archive(tmp_path, files() | changes))


def test_a_delivery_that_lacks_files(tmp_path: Path) -> None:
    some = files()
    del some[NAME.format("36/AS_ADM_HIERARCHY")]
    with pytest.raises(RegisterError, match="region 36 has no AS_ADM_HIERARCHY"):
        load_points(archive(tmp_path, some))
    with pytest.raises(RegisterError, match="no files of a served region"):
        load_points(archive(tmp_path, {"readme.txt": ""}))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK")
    with pytest.raises(RegisterError):
        load_points(broken)
