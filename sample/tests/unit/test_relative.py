from ...shop import catalog


def test_find():
    assert catalog.find("apple")
