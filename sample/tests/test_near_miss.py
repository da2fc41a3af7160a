from shop.catalogue import find


def test_find():
    assert find("pear") == 40
