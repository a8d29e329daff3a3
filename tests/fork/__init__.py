"""Drills on the local fork. What the ground asserts is explained as what a test does."""

import pytest

pytest.register_assert_rewrite("tests.fork.ground")
