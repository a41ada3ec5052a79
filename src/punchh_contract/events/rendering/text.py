"""Findings as lines for a terminal: one a kind, with how often it was seen."""

from punchh_contract.events.findings import Summary
from punchh_contract.events.rendering.base import Grouped
from punchh_contract.events.rendering.grouping import Group
from punchh_contract.events.rendering.lines import as_line, as_sentence, count


class Text(Grouped):
    """A line for each kind of finding, its first as the sample, and the sums as the last."""

    def end(self, summary: Summary, *, stopped: str | None = None) -> None:
        """Write all."""
        chosen, missing = self._chosen()
        lines = [as_line(group.sample) + _often(group) for group in chosen]
        lines += filter(None, [missing, self._stop(stopped), as_sentence(summary)])
        for line in lines:
            self._write(f"{line}\n")


def _often(group: Group) -> str:
    if group.count == 1:
        return ""
    return f" [{count(group.count, 'time')} in {count(group.events, 'event')}: {group.sample.fingerprint}]"
