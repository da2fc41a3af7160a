from shop.api import members


def test_members():
    assert members(None) == []
