"""A package, so that none of the same name in the environment is found first."""
