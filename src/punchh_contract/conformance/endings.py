"""Why a run ended before its end, in the words of its receipt."""

INTERRUPTED = "interrupted"
"""By Ctrl-C or a signal."""
DEADLINE = "the time of this run is over (--max-time)"
"""Its user wanted no more of it."""
FIRST_FINDING = "it ended at its first finding (--fail-fast)"
"""Its user wants to know only whether there is one."""
