"""The new home of all that is about taxes, some day."""
