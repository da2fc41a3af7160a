"""A shop that was restructured once too often."""
