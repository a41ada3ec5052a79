"""The systems and Pythons that we support, as environments for the markers of requirements."""

from itertools import product

import pytest

SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
PYTHONS = ("3.11", "3.12", "3.13")
PLACES = [pytest.param(*each, id=" ".join(each)) for each in product(SYSTEMS, PYTHONS)]


def place(system: str, python: str) -> dict[str, str]:
    return {
        **SYSTEMS[system],
        "python_version": python,
        "python_full_version": f"{python}.4",
        "implementation_version": f"{python}.4",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "platform_machine": "x86_64",
        "extra": "",
    }
