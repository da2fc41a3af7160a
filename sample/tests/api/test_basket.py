def test_basket():
    pass
