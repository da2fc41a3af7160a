from shop.metrics import ORDERS


def test_orders():
    ORDERS.inc()
