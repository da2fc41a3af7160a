from shop.models import Group, User


def members(group: Group) -> list[User]:
    return []
