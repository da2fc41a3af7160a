import pytest

from shop.catalog import find


@pytest.mark.slow
def test_find():
    assert find("apple") == 30
