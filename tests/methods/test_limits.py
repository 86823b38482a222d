import math

import numpy as np
import pytest

from tests.reference import dense, unit
from wordrel.errors import InvalidParameter
from wordrel.methods import METHODS, make_aligner, method_class
from wordrel.methods.describe import describe
from wordrel.methods.limits import Limit

PARAMETERS = [(name, parameter) for name in METHODS for parameter in method_class(name).defaults()]


def fitted(name, **parameters):
    rng = np.random.default_rng(0)
    X = unit(rng.normal(size=(20, 4)))
    return make_aligner(name, **parameters).fit(X, X @ np.linalg.qr(rng.normal(size=(4, 4)))[0])


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_every_parameter_of_every_method_has_limits_and_refuses_what_is_outside(name, parameter):
    limit = method_class(name).limits[parameter]
    for value, shown in ((math.nan, "nan"), (math.inf, "inf"), (-1, "-1"), ("much", "'much'"), (None, "None")):
        with pytest.raises(InvalidParameter) as error:
            fitted(name, **{parameter: value})
        assert str(error.value) == f"{parameter} must be {limit}, not {shown}"
        with pytest.raises(InvalidParameter):
            make_aligner(name, **{parameter: value}).check_params()


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_the_ends_of_the_limits_give_finite_maps(name, parameter):
    limit = method_class(name).limits[parameter]
    if limit.boolean:
        values = [True, np.bool_(False)]
    elif not limit.numbers:
        values = limit.words
    else:
        least = limit.least + (1e-9 if limit.open else 0)
        values = [limit.least if not limit.open else least, min(limit.most, 200), np.float32(1), *limit.words]
        if limit.integer:
            values = [int(limit.least), np.int64(30)]
    for value in values:
        aligner = fitted(name, **{parameter: value})
        for row_map in aligner.row_maps_:
            rows = dense(row_map.transform(np.eye(4)))
            assert np.isfinite(rows).all() and rows.any()
            assert all(np.isfinite(array).all() and array.any() for array in row_map.arrays.values())


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit(), "0 or more"),
        (Limit(0, open=True), "above 0"),
        (Limit(1, integer=True), "a whole number of 1 or more"),
        (Limit(0, 1000, words=("auto",)), "from 0 to 1,000 or auto"),
        (Limit(0, 1000, open=True), "above 0 to 1,000"),
        (Limit(boolean=True), "true or false"),
        (Limit(words=("a", "b", "c"), numbers=False), "a, b or c"),
    ],
)
def test_a_limit_says_what_it_is(limit, text):
    assert str(limit) == text


@pytest.mark.parametrize(
    ("limit", "right", "wrong"),
    [
        (Limit(0, 10), [0, 10, 0.5, np.float32(3), np.int32(3)], [-1e-9, 10.1, True, np.bool_(True), "1", "auto"]),
        (Limit(0, open=True), [1e-300, 1e300], [0, 0.0, -1]),
        (Limit(1, integer=True), [1, np.int64(7)], [0, 1.0, 1.5, True]),
        (Limit(0, words=("auto",)), ["auto", 0], ["AUTO", ""]),
        (Limit(boolean=True), [True, np.bool_(False)], [0, 1, "true", None]),
        (Limit(words=("a", "b"), numbers=False), ["a", "b"], [0, 1.5, True, "c", None]),
    ],
)
def test_a_limit_lets_through_what_it_says(limit, right, wrong):
    for value in right:
        limit.check("x", value)
    for value in wrong:
        with pytest.raises(InvalidParameter) as error:
            limit.check("x", value)
        assert str(error.value).startswith(f"x must be {limit}, not ")


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_described_in_full(name):
    one = describe(name)
    assert one.name == name and one.preprocessing == method_class(name).preprocessing
    assert 30 < len(one.summary) < 120 and one.summary.endswith(".") and "\n" not in one.summary
    assert any(str(year) in one.paper for year in range(1960, 2030))
    assert {parameter.name: parameter.default for parameter in one.parameters} == method_class(name).defaults()
    for parameter in one.parameters:
        assert parameter.values == str(method_class(name).limits[parameter.name])
        assert parameter.meaning.endswith(".") and parameter.meaning[0] != " "


def test_a_description_says_what_the_docstring_says():
    one = describe("vecmap")
    assert one.summary == "VecMap's supervised steps: whiten, rotate, re-weight, de-whiten."
    assert [(p.name, p.default, p.values, p.meaning) for p in one.parameters] == [
        ("reweight", 0.5, "from 0 to 10", "Exponent of the singular values on each side.")
    ]
    assert one.paper.startswith("Artetxe, Labaka, Agirre, ") and one.paper.endswith('word embeddings", ACL 2018.')
