"""Campaigns: `author` draws stories, `stages` plays them, `shrink` shortens what fails, `run` counts and reports.

A story is a world and steps; a step is an action's name and the seed of its dice, so that any part of a story can be
played again.
"""
