"""The checker of a user's own yield model finds each fault, and none in our own."""

import math

import numpy as np
import pytest

from fabstack.economics import check_yield_model, yield_model
from fabstack.economics.yields import YieldModelName


def codes(model) -> set[str]:
    return {finding.code for finding in check_yield_model(model)}


@pytest.mark.parametrize("name", list(YieldModelName))
def test_nothing_is_wrong_with_the_models_that_come_along(name):
    assert check_yield_model(yield_model(name)) == ()


def test_a_percentage_is_out_of_range():
    assert "yield-model-out-of-range" in codes(lambda m, *, alpha, layers: 100 * np.exp(-m))


def test_a_wrong_sign_rises():
    assert "yield-model-rises" in codes(lambda m, *, alpha, layers: 1 - np.exp(-m))


def test_zero_by_zero_is_not_finite():
    def naive_murphy(defects, *, alpha, layers):
        return ((1 - np.exp(-defects)) / defects) ** 2

    assert codes(naive_murphy) >= {"yield-model-not-finite"}


def test_functions_of_math_are_not_vectorised():
    assert "yield-model-fails" in codes(lambda m, *, alpha, layers: math.exp(-m))


def test_a_mean_over_the_array_is_not_vectorised():
    assert "yield-model-not-vectorised" in codes(lambda m, *, alpha, layers: np.exp(-np.mean(m)))


def test_missing_keywords_fail():
    (finding,) = check_yield_model(lambda m: np.exp(-m))[:1]
    assert finding.code == "yield-model-fails"
    assert "model(defects, *, alpha, layers)" in finding.expected


def test_a_loss_without_defects_is_a_line_yield():
    assert codes(lambda m, *, alpha, layers: 0.98 * np.exp(-m)) == {
        "yield-model-loses-without-defects"
    }


def test_an_array_must_be_left_alone():
    def greedy(defects, *, alpha, layers):
        defects *= -1
        return np.exp(defects)

    assert "yield-model-changes-input" in codes(greedy)


def test_each_element_stands_alone():
    def ranked(defects, *, alpha, layers):
        return np.exp(-np.asarray(defects)) * (1 if np.ndim(defects) else 0.5)

    assert "yield-model-not-elementwise" in codes(ranked)


def test_a_number_in_gives_a_number_out():
    assert "yield-model-not-elementwise" in codes(
        lambda m, *, alpha, layers: np.exp(-np.atleast_1d(m))
    )


def test_a_finding_says_where_the_model_stands():
    def worse(defects, *, alpha, layers):
        return 2 * np.exp(-defects)

    finding = check_yield_model(worse, name="my-model")[0]
    assert finding.file.endswith("test_yield_check.py")
    assert finding.line > 0
    assert "'my-model'" in finding.message
    assert finding.cure
