import pytest


@pytest.mark.slwo
def test_slowly():
    pass
