import pytest

from ivr.masking import mask_address, mask_phone, mask_phones, mask_spoken


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+79001231234", "+7***1234"),
        ("89001231234", "8***1234"),
        ("+375291234567", "+3***4567"),
        ("112", "112"),
        ("", ""),
        (None, "hidden"),
    ],
)
def test_a_phone_is_masked(phone: str | None, shown: str) -> None:
    assert mask_phone(phone) == shown


def test_phones_inside_a_text_are_masked_and_nothing_else() -> None:
    text = "перезвонить +79001231234 или 84712123456, заявка 100001, 2026-11-25"
    assert mask_phones(text) == "перезвонить +7***1234 или 8***3456, заявка 100001, 2026-11-25"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ул. Ленина, 5", "ул. Ленина, ***"),
        ("ул. Ленина 5а", "ул. Ленина ***"),
        ("ул. 50 лет Октября, 12, кв. 4", "ул. 50 лет Октября, ***"),
        ("СНТ Рассвет, уч. 7", "СНТ Рассвет, ***"),
        ("дер. Пески", "дер. Пески"),
        ("", ""),
    ],
)
def test_an_address_is_masked_down_to_its_street(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("улица ленина дом двадцать пять", "улица ленина дом ***"),
        ("Ленина двадцать пять дробь один квартира седьмая", "Ленина *** квартира ***"),
        ("сорок шесть ноль ноль двенадцать тридцать четыре", "***"),
        ("дом 5а", "дом ***"),
        ("восемь девятьсот один сто двадцать три", "***"),
        ("пять", "пять"),
        ("сидим без света с пятницы всей семьёй", "сидим без света с пятницы всей семьёй"),
        ("столб у стоянки стоит", "столб у стоянки стоит"),
        ("", ""),
    ],
)
def test_numbers_that_are_said_are_masked(said: str, shown: str) -> None:
    assert mask_spoken(said) == shown


def test_a_number_alone_is_masked_where_one_was_asked_for() -> None:
    assert mask_spoken("пять", alone=True) == "***"
