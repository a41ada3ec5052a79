"""The files of a client and of its copies: which journal, which budget, and who closes them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from punchh_contract.client.budget import Budget
    from punchh_contract.client.journal import Journal
    from punchh_contract.client.settings import Settings

__all__ = ["Belongings"]


class _Budgets:
    """The budget of a client and its copies, made when it is first asked for: few operations are limited."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._budget: Budget | None = None

    def get(self) -> Budget | None:
        """None where it is off."""
        wanted = self._settings.budget
        if wanted is False:
            return None
        with self._lock:
            if self._budget is None:
                from punchh_contract.client.budget import Budget

                self._budget = Budget(
                    None if wanted is None or wanted is True else wanted,
                    allow_bulk_force_redeem=self._settings.allow_bulk_force_redeem,
                )
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
        return self.budgets.get()

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
        if original is not None and all(
            getattr(original.settings, name) == getattr(self.settings, name)
            for name in ("budget", "allow_bulk_force_redeem")
        ):
            return original.budgets
        budgets = _Budgets(self.settings)
        self._own.append(budgets)
        return budgets
