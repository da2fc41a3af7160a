from shop import legacy


def test_greet():
    legacy.greet("world")
