"""Names that stories give what they invent, so that anybody can tell it from what is somebody's."""

INVENTED = "law-access-token-not-a-real-one-"
"""How the access tokens of stories' guests begin."""
