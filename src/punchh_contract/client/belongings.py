"""The files of a client and of its copies: which journal, which budget, and who closes them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from punchh_contract.client.budget import Budget
    from punchh_contract.client.journal import Journal
    from punchh_contract.client.settings import Settings

__all__ = ["Belongings"]


class _Budgets:
    """The budget of a client and its copies, made when it is first asked for: few operations are limited."""

    def __init__(self, path: str | Path | None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._budget: Budget | None = None

    def get(self) -> Budget:
        with self._lock:
            if self._budget is None:
                from punchh_contract.client.budget import Budget

                self._budget = Budget(self.path)
            return self._budget

    def close(self) -> None:
        with self._lock:
            if self._budget is not None:
                self._budget.close()


class Belongings:
    """Journal and budget as `settings` have them, for calls to `origin`.

    Of a copy, `original` are those of what it was made from: what nothing was changed about is shared, and
    closed with that one.
    """

    def __init__(self, settings: Settings, origin: str, original: Belongings | None = None) -> None:
        self.settings = settings
        self.origin = origin
        self._own: list[_Budgets | Journal] = []
        self.journal = self._journal(original)
        self.budgets = self._counted(original)

    @property
    def budget(self) -> Budget | None:
        """The budget of limited calls; in memory unless the settings name a file, None where it is off."""
        return None if self.settings.budget is False else self.budgets.get()

    def close(self) -> None:
        """Close what is not shared with an original."""
        for each in self._own:
            each.close()

    def _journal(self, original: Belongings | None) -> Journal | None:
        path = self.settings.journal
        if path is None:
            return None
        if original is not None and (original.settings.journal, original.origin) == (path, self.origin):
            return original.journal
        from punchh_contract.client.journal import Journal

        journal = Journal(path, self.origin)
        self._own.append(journal)
        return journal

    def _counted(self, original: Belongings | None) -> _Budgets:
        wanted = self.settings.budget
        path = None if isinstance(wanted, bool) else wanted
        # A copy that does not count hands on what its own copies may count into: none begins at zero.
        if original is not None and (wanted is False or original.budgets.path == path):
            return original.budgets
        budgets = _Budgets(path)
        self._own.append(budgets)
        return budgets
