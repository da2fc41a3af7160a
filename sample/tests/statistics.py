def count_tests():
    return 0
