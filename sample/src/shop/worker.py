from prometheus_client import Counter

ORDERS = Counter("shop_orders_total", "Orders worked off")
