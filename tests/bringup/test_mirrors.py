"""What a machine's apt knows, in every shape that sources.list(5) allows."""

from __future__ import annotations

import pytest

from ivr.bringup.mirrors import Mirror, debian_archives, parse_deb822, parse_one_line

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.example/debian/
  https://second.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://switched-off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://sources-only.example/debian
Suites: bookworm
Components: main
"""


def test_deb822_gives_every_archive_and_suite() -> None:
    found = list(parse_deb822(DEB822))
    assert [(mirror.uri, mirror.suite) for mirror in found] == [
        ("http://mirror.example/debian/", "bookworm"),
        ("http://mirror.example/debian/", "bookworm-updates"),
        ("https://second.example/debian", "bookworm"),
        ("https://second.example/debian", "bookworm-updates"),
        ("http://mirror.example/debian-security", "bookworm-security"),
    ]
    assert found[0].signed_by == "/usr/share/keyrings/debian-archive-keyring.gpg"
    assert found[0].components == ("main", "contrib")


def test_a_key_written_into_the_file_is_kept_whole() -> None:
    text = (
        "Types: deb\nURIs: http://m.example/d\nSuites: sid\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----\n"
    )
    (mirror,) = parse_deb822(text)
    assert mirror.signed_by.splitlines()[0].strip() == "-----BEGIN PGP PUBLIC KEY BLOCK-----"
    assert all(line.startswith(" ") for line in mirror.signed_by.splitlines())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deb http://m.example/debian bookworm main", Mirror("http://m.example/debian", "bookworm", ("main",))),
        (
            "deb [arch=amd64 signed-by=/k.gpg] http://m.example/debian sid main contrib  # ours",
            Mirror("http://m.example/debian", "sid", ("main", "contrib"), "/k.gpg"),
        ),
        ("  deb http://m.example/flat ./", Mirror("http://m.example/flat", "./", ())),
    ],
)
def test_one_line_form(line: str, expected: Mirror) -> None:
    assert list(parse_one_line(line + "\n")) == [expected]


@pytest.mark.parametrize("line", ["# deb http://m.example/debian bookworm main", "deb-src http://m.example d main", ""])
def test_what_is_no_archive_of_packages_is_passed_over(line: str) -> None:
    assert list(parse_one_line(line)) == []


def test_only_whole_debian_archives_count_and_each_once() -> None:
    known = [
        *parse_deb822(DEB822),
        Mirror("https://packages.example/node", "nodistro", ("main",)),
        Mirror("http://testing.example/debian", "testing", ("main",)),
        Mirror("http://extra.example/debian", "bookworm", ("extras",)),
    ]
    assert [mirror.uri for mirror in debian_archives(known, "bookworm")] == [
        "http://mirror.example/debian/",
        "https://second.example/debian",
        "http://testing.example/debian",
    ]


def test_a_machine_without_a_codename_may_still_name_a_rolling_suite() -> None:
    known = [Mirror("http://a.example/debian", "", ("main",)), Mirror("http://b.example/debian", "unstable", ("main",))]
    assert [mirror.uri for mirror in debian_archives(known, "")] == ["http://b.example/debian"]
