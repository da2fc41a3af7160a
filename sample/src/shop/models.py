class User:
    pass


class Team:
    """Was called Group."""
