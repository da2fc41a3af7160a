from shop.worker import ORDERS


def test_orders():
    ORDERS.inc()
