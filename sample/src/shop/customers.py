from shop.orders import Order


class Customer:
    orders: list[Order]
