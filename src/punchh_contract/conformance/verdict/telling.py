"""A finding's story in words, and as one script of curls, the control plane's calls among them."""

import json

from punchh_contract.conformance.verdict import curl
from punchh_contract.conformance.verdict.findings import Scene, Story
from punchh_contract.contract import Contract


def words(story: Story) -> list[str]:
    """The story in lines; what was sent at once has the same number."""
    lines, number, turn = list[str](), 0, None
    for each in story.scenes:
        if each.turn is None or each.turn != turn:
            number += 1
        together = each.turn is not None and each.turn == turn
        lines.append(f"{number}. {'at the same time ' if together else ''}{each.words}")
        turn = each.turn
    return lines


def script(contract: Contract, story: Story, target: str) -> str:
    """A script for bash; of what was sent at once it sends one after the other.

    A story holds invented guests only; what is the run's own stands as a variable.
    """
    parts: list[str] = []
    for line, scene in zip(words(story), story.scenes, strict=True):
        parts.append(f": {curl.word(line)}\n{_part(contract, scene, target)}")
    return "\n".join(parts)


def _part(contract: Contract, scene: Scene, target: str) -> str:
    if scene.exchange is not None:
        made = "".join(f"export {name}={curl.word(value)}\n" for name, value in scene.variables.items())
        return made + curl.snippet(contract, scene.exchange, target)
    if scene.move is None:
        return ":"
    method, path, body = scene.move
    sent = (
        ""
        if body is None
        else f" -H 'Content-Type: application/json' --data {curl.word(json.dumps(body, ensure_ascii=False))}"
    )
    return f'curl -sS -X {method} "${{PUNCHH_TARGET:-{target}}}"{curl.word(f"/_sandbox/{path}")}{sent}'
