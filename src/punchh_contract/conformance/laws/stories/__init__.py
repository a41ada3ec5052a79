"""The named stories: importing them all fills the list."""

from punchh_contract.conformance.laws.stories import codes, crashes, debiting, doors, fields, quoting
from punchh_contract.conformance.laws.stories.story import STORIES, Story

# First what is quick and looks at nobody: a run that has little time gets so far.
STORIES.sort(key=lambda each: each.tell.__module__ != fields.__name__)

__all__ = ["STORIES", "Story", "codes", "crashes", "debiting", "doors", "fields", "quoting"]
