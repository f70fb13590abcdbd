"""Licences: the strictest of several, what a user allows, names that are misspelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import body_models
import motion_sources
from imusim.errors import ConfigError
from imusim.licences import (
    LICENCES,
    allowed,
    alternatives,
    check_stated,
    find,
    parse_allowed,
    sum_up,
    terms_of,
    why_not,
)
from motion_sources.bvh.profiles import PROFILES

NAMES = st.sampled_from(sorted(LICENCES))


def test_every_licence_that_is_declared_here_is_known():
    declared = {source.licence for source in motion_sources.sources().values()}
    declared |= {body.licence for body in body_models.body_models().values()}
    declared |= {profile.licence for profile in PROFILES}
    names = {name for text in declared for offer in alternatives(text) for name in offer}
    assert names <= set(LICENCES)
    assert len(names) > 8


def test_what_the_names_of_creative_commons_say():
    assert find("cc-by-nc-4.0").commercial is False
    assert find("CC-BY-4.0").commercial is True
    assert find("CC-BY-SA-3.0").share_alike is True
    assert find("CC-BY-NC-ND-4.0").adaptable is False
    assert find("CC0-1.0").attribution is False
    assert find("LicenseRef-other").commercial is None
    assert all(licence.home for licence in LICENCES.values())


@pytest.mark.parametrize(
    ("licences", "commercial", "use"),
    [
        (["MIT"], True, "commercial use too"),
        (["MIT", "CC-BY-4.0", "LicenseRef-CMU-mocap"], True, "commercial use too"),
        (["MIT", "CC-BY-NC-4.0"], False, "non-commercial use only"),
        (["MIT", "CC-BY-NC-4.0", ""], False, "non-commercial use only"),
        (["MIT", ""], None, "commercial use: not known (a licence is not stated)"),
        (["MIT", "LicenseRef-mine"], None, "commercial use: not known (a licence does not say)"),
        (["MIT AND LicenseRef-AMASS"], False, "non-commercial use only"),
        (["MIT OR LicenseRef-AMASS"], True, "commercial use too"),
        (["(MIT OR LicenseRef-AMASS) AND MIT"], None, "commercial use: not known (a licence"),
        ([], None, "commercial use: not known"),
    ],
)
def test_the_strictest_holds(licences, commercial, use):
    terms = sum_up(licences)
    assert terms.commercial is commercial
    assert terms.use.startswith(use)


def test_duties():
    terms = sum_up(["CC-BY-SA-4.0", "CC-BY-NC-ND-4.0", "LicenseRef-CMU-mocap", "MIT"])
    assert terms.attribution is True
    assert terms.adaptable is False
    assert terms.share_alike is True
    text = "; ".join(terms.duties)
    assert "name the authors" in text
    assert "given on under CC-BY-SA-4.0" in text
    assert "LicenseRef-CMU-mocap: products" in text
    assert "differ: CC-BY-NC-SA-4.0, CC-BY-SA-4.0" in "; ".join(
        sum_up(["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"]).duties
    )
    assert sum_up(["CC0-1.0"]).duties == ()


@given(st.lists(NAMES, min_size=1), st.permutations(range(3)))
def test_order_and_repetition_make_no_difference(names, _):
    once = sum_up(names)
    assert once == sum_up([*reversed(names), *names])
    assert (once.commercial is False) == any(find(n).commercial is False for n in names)
    assert once == sum_up([" AND ".join(names)])


@pytest.mark.parametrize(
    ("licence", "allow", "kept"),
    [
        ("MIT", "commercial", True),
        ("CC-BY-NC-4.0", "commercial", False),
        ("CC-BY-NC-4.0", "commercial,cc-by-nc-4.0", True),
        ("", "commercial,MIT", False),
        ("", "any", True),
        ("LicenseRef-UTD-MHAD", "commercial", False),
        ("LicenseRef-mine", "LicenseRef-mine", True),
        ("MIT AND LicenseRef-AMASS", "commercial", False),
        ("MIT AND LicenseRef-AMASS", "MIT, LicenseRef-amass", True),
        ("LicenseRef-AMASS OR MIT", "commercial", True),
    ],
)
def test_allowed(licence, allow, kept):
    assert allowed(licence, parse_allowed([allow])) is kept


def test_names_in_any_case_each_once():
    assert parse_allowed(["mit, CC-by-4.0", "Commercial", "MIT"]) == (
        "MIT", "CC-BY-4.0", "commercial",
    )  # fmt: skip
    assert parse_allowed(["licenseref-Mine"]) == ("LicenseRef-Mine",)
    assert parse_allowed(["licenseref-amass"]) == ("LicenseRef-AMASS",)
    assert check_stated("mit") == "MIT"
    assert check_stated("mit and licenseref-x OR CC0-1.0") == "MIT AND LicenseRef-x OR CC0-1.0"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CC-BY-4", "Did you mean 'CC-BY-4.0'"),
        ("cc-by", "Did you mean"),
        ("commerical", "Did you mean 'commercial'"),
        ("licenseref-", "no licence 'licenseref-'"),
        ("LicenseRef-a b", "no licence"),
        ("x" * 500, "no licence"),
        ("", "name one"),
        (" , ", "name one"),
    ],
)
def test_misspelt(name, hint):
    with pytest.raises(ConfigError) as told:
        parse_allowed([name])
    assert hint in str(told.value)
    assert len(str(told.value)) < 300


def test_what_a_user_states_is_no_word():
    for name in ("any", "commercial", "", "MTI"):
        with pytest.raises(ConfigError):
            check_stated(name)


@given(st.text(max_size=80))
def test_any_text_is_parsed_or_told(text):
    terms = terms_of(text)
    assert terms.commercial in (True, False, None)
    assert isinstance(allowed(text, ("MIT",)), bool)
    for parse in (check_stated, lambda name: parse_allowed([name])):
        try:
            parse(text)
        except ConfigError as error:
            assert "\n" not in str(error) or "\n" in text


def test_reasons():
    assert why_not("CC-BY-NC-4.0", ("commercial",)) == (
        "its licence, CC-BY-NC-4.0, is not among those allowed: commercial"
    )
    assert "--licence" in why_not("", ("MIT", "any"))
