VAT = 19


def gross(net):
    return net * (100 + VAT) // 100
