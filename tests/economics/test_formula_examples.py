"""The examples in the docstrings of the formulas give what they show."""

import doctest
import importlib
import pkgutil

import pytest

import fabstack.economics

MODULES = [module.name for module in pkgutil.iter_modules(fabstack.economics.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_show(name):
    module = importlib.import_module(f"fabstack.economics.{name}")
    assert doctest.testmod(module).failed == 0


def test_public_names_can_be_imported():
    assert all(hasattr(fabstack.economics, name) for name in fabstack.economics.__all__)
    assert len(set(fabstack.economics.__all__)) == len(fabstack.economics.__all__)
