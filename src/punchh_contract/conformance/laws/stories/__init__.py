"""The named stories: importing them all fills the list."""

from punchh_contract.conformance.laws.stories import codes, crashes, debiting, doors, fields, quoting
from punchh_contract.conformance.laws.stories.story import STORIES, Story

__all__ = ["STORIES", "Story", "codes", "crashes", "debiting", "doors", "fields", "quoting"]
