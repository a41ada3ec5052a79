"""Names that stories give what they invent, so that anybody can tell it from what is somebody's."""

INVENTED = "law-access-token-not-a-real-one-"
"""How the access tokens of stories' guests begin."""
UNTOLD = "stories of the laws"
"""What is not run where no fixture is good for a story."""
NO_FIXTURE_LEFT = (
    "a story takes a fixture that may be redeemed twice more; list more in --fixtures, or raise their `spend`"
)
NO_STORY = (
    "no story is told of these operations where nobody can look into the target; ask for others, or test a"
    " sandbox of punchh-contract (--control)"
)
