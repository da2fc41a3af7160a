from shop.customers import Customer


class Order:
    customer: Customer
