"""Build the wheel, and try it as a stranger would: in an empty environment, away from the checkout.

Each set of locked requirements (`base`, `sandbox`, `contract`) gets an environment of its own. Needs only pip
and the build backend (`requirements/build.txt`), so that it runs on any system.
Exit codes: 0 fine, 1 the wheel is not what it should be, 2 it could not be built or installed.
"""

import argparse
import contextlib
import hmac
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETS = ("base", "sandbox", "contract")
# Where the wheel's folders come from.
SOURCES = {
    "punchh_contract/_contract/openapi.yaml": "spec/openapi.yaml",
    "punchh_contract/_contract/schemas": "generated/schemas",
    "punchh_contract": "src/punchh_contract",
    "punchh_client": "generated/punchh_client",
}
# Without these it would install and not work, or not be typed. What else the checkout has must be there too.
PROMISED = (
    "punchh_contract/py.typed",
    "punchh_client/py.typed",
    "punchh_contract/sandbox/seed.yaml",
    "punchh_contract/conformance/verdict/receipt.schema.json",
    "punchh_contract/conformance/verdict/page.css",
    "punchh_contract/conformance/verdict/page.js",
    "punchh_contract/_contract/openapi.yaml",
    "punchh_contract/_contract/schemas/openapi.json",
    "punchh_contract/_contract/schemas/redemption-event.schema.json",
    "punchh_contract/_contract/schemas/redemption-event.strict.schema.json",
)
EVENT = "spec/examples/events/redemptions.create.redeemed.json"
SECRET = "invented-secret"  # noqa: S105  # visibly
REPORTS = ("receipt.json", "junit.xml", "summary.md", "report.html")
OPERATIONS = 4
BODY = b'{"client":"invented-client-key"}'


class WheelError(Exception):
    """The wheel is not what it should be; the message says what was expected and what came."""


class BuildError(Exception):
    """The wheel could not be built or installed; the message holds what the tool said."""


def build(source: Path, target: Path, *, kind: str = "wheel") -> Path:
    """Build a wheel or an sdist of `source` into `target` without an index. Raises BuildError."""
    before = set(target.glob("*"))
    _tool([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)], source)
    (built,) = set(target.glob("*")) - before
    return built


def expected(root: Path) -> dict[str, bytes]:
    """Every file that the wheel must hold beside its own metadata, with its bytes, from the checkout."""
    files: dict[str, bytes] = {}
    for name, place in SOURCES.items():
        source = root / place
        for path in [source] if source.is_file() else sorted(source.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files[f"{name}/{path.relative_to(source).as_posix()}".removesuffix("/.")] = path.read_bytes()
    return files


def findings(wheel: Path, root: Path) -> list[str]:
    """Say what is wrong with a wheel's files: missing, changed, not ours, naming a path of ours."""
    wanted, found = expected(root), members(wheel)
    ours = {name for name in found if ".dist-info/" not in name}
    private = {
        str(place) for place in (root, Path.home(), Path(tempfile.gettempdir())) if len(place.parts) > 1
    }
    return [
        *(f"{name}: is missing" for name in sorted({*PROMISED, *wanted} - ours)),
        *(f"{name}: does not belong there" for name in sorted(ours - wanted.keys())),
        *(f"{name}: differs" for name in sorted(ours & wanted.keys()) if found[name] != wanted[name]),
        *(
            f"{name}: holds a path of this machine"
            for name, content in sorted(found.items())
            if any(f"{each}{end}".encode() in content for each in private for end in "/\\")
        ),
    ]


def members(wheel: Path) -> dict[str, bytes]:
    """All files of a wheel by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Environment:
    """An environment with one set of requirements and the wheel; all in it runs in a strange folder."""

    def __init__(self, home: Path, *, root: Path = ROOT) -> None:
        self.home = home
        self.elsewhere = home / "else where"
        scripts, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
        self.python = home / "env" / scripts / f"python{suffix}"
        self.command = home / "env" / scripts / f"punchh-contract{suffix}"
        self._root = root
        # No help from the caller's Python settings, credentials or CI.
        self.variables = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "PUNCHH_", "GITHUB_", "VIRTUAL_ENV"))
        }

    def install(self, name: str, wheel: Path) -> None:
        """Make it: the locked requirements of a set, from wheels only, then ours. Raises BuildError."""
        self.elsewhere.mkdir(parents=True)
        # Without a pip of its own: empty means empty.
        _tool([sys.executable, "-m", "venv", "--without-pip", str(self.home / "env")], self.home)
        lock = str(self._root / "requirements" / f"{name}.txt")
        self._pip("install", "--require-hashes", "--only-binary=:all:", "-r", lock)
        self._pip("install", "--no-index", "--no-deps", str(wheel))
        self._pip("check")

    def _pip(self, *arguments: str) -> None:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        _tool([*pip, "--python", str(self.python), *arguments], self.elsewhere)

    def run(
        self, *words: str, expect: Sequence[int] = (0,), text: str = "", stdin: bytes | None = None
    ) -> str:
        """Run our command and return both streams; raise WheelError if exit code or text are others."""
        return self._run([str(self.command), *words], expect, text, stdin)

    def evaluate(self, code: str) -> str:
        """Run a piece of Python and return what it says. Raises WheelError."""
        return self._run([str(self.python), "-c", code], (0,), "", None)

    def _run(self, words: list[str], expect: Sequence[int], text: str, stdin: bytes | None) -> str:
        done = subprocess.run(
            words,
            cwd=self.elsewhere,
            env=self.variables | {"PUNCHH_SECRET": SECRET},
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
        )
        said = (done.stdout + done.stderr).decode(errors="replace")
        if done.returncode not in expect or "Traceback" in said or text not in said:
            raise WheelError(
                f"`{' '.join([Path(words[0]).name, *words[1:]])}` ended with {done.returncode}; expected was"
                f" {' or '.join(map(str, expect))}{f' and {text!r}' if text else ''}, without a traceback."
                f" It said:\n{said}"
            )
        return said


def check_base(environment: Environment, root: Path) -> None:
    """What every set can do: versions, `validate`, `sign`, imports from the wheel."""
    # A text file opened without saying its encoding, which Windows would read as its own, is an error here.
    # (Not in the contract run: Schemathesis has such places.)
    environment.variables |= {"PYTHONWARNDEFAULTENCODING": "1", "PYTHONWARNINGS": "error::EncodingWarning"}
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    environment.run("--version", text=f"punchh-contract {project['version']} (contract ")
    event = json.loads((root / EVENT).read_text(encoding="utf-8"))
    good, broken = environment.elsewhere / "good.json", environment.elsewhere / "broken.json"
    good.write_text(json.dumps(event), encoding="utf-8")
    del event["payload"]
    broken.write_text(json.dumps(event), encoding="utf-8")
    environment.run("validate", good.name)
    environment.run("validate", "--strict", good.name)
    environment.run("validate", broken.name, expect=[1], text="payload")
    environment.run("validate", "nowhere.json", expect=[2])
    digest = hmac.digest(SECRET.encode(), b"/api/auth/redemptions/online_order" + BODY, "sha1").hex()
    environment.run("sign", "--operation", "create_online_redemption", "-", stdin=BODY, text=digest)
    where = environment.evaluate(
        "import punchh_client, punchh_contract, punchh_contract.auth, punchh_contract.events\n"
        "print(punchh_contract.__file__, punchh_client.__file__)"
    )
    if where.count(str(environment.home)) != 2:
        raise WheelError(f"what was imported is not what was installed: {where}")


def check_missing(environment: Environment, _: Path) -> None:
    """Without an extra, a command says in one line which one it needs."""
    for command, extra in (("sandbox", "sandbox"), ("test", "contract")):
        environment.run(command, expect=[2], text=f"punchh-contract[{extra}]")


def check_sandbox(environment: Environment, _: Path) -> None:
    """The sandbox starts and answers."""
    with _sandbox(environment) as url:
        # No proxy of the environment: it is this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{url}/_sandbox/health", timeout=20) as answer:
            if answer.status != 200:
                raise WheelError(f"the sandbox's health is {answer.status}")


def check_contract(environment: Environment, _: Path) -> None:
    """The contract run ends with a verdict and reports. A run this short may miss goals; that is no fault."""
    for name in ("PYTHONWARNDEFAULTENCODING", "PYTHONWARNINGS"):
        environment.variables.pop(name, None)
    reports = environment.elsewhere / "reports"
    options = ["--seed", "1", "--max-examples", "20", "--report-dir", reports.name]
    said = environment.run("test", *options, expect=[0, 1])
    if absent := [name for name in REPORTS if not (reports / name).is_file()]:
        raise WheelError(f"the contract run left no {', '.join(absent)}. It said:\n{said}")
    report = json.loads((reports / "receipt.json").read_text(encoding="utf-8"))
    called = [name for name, counts in report["operations"].items() if counts["calls"]]
    faults = sorted({each["check"] for each in report["findings"]} - {"goal"})
    if len(called) < OPERATIONS or faults:
        raise WheelError(
            f"the contract run called {called} and found {faults or 'no fault'}. It said:\n{said}"
        )


CHECKS = {
    "base": (check_base, check_missing),
    "sandbox": (check_base, check_sandbox),
    "contract": (check_base, check_sandbox, check_contract),
}


@contextlib.contextmanager
def _sandbox(environment: Environment) -> Iterator[str]:
    process = subprocess.Popen(
        [environment.command, "sandbox", "--port", "0"],
        cwd=environment.elsewhere,
        env=environment.variables,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None  # noqa: S101  # a pipe was asked for
        words = process.stdout.readline().split()
        if words[:2] != ["Sandbox", "at"]:
            raise WheelError(f"`punchh-contract sandbox` did not start: {' '.join(words)}")
        yield words[2]
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _tool(words: list[str], folder: Path) -> None:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(words)}\n{done.stdout}{done.stderr}".rstrip())


def built(folder: Path) -> Path:
    """Build the wheel, and see that the sdist builds the very same one. Raises BuildError, WheelError."""
    wheel = build(ROOT, folder)
    sdist = build(ROOT, folder, kind="sdist")
    (folder / "unpacked").mkdir()
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    (folder / "again").mkdir()
    if members(build(source, folder / "again")) != members(wheel):
        raise WheelError("the sdist builds another wheel than the checkout")
    return wheel


def check(sets: Sequence[str], given: Path | None) -> None:
    """Check a wheel, the given one or a fresh one, with each set. Raises BuildError, WheelError."""
    # Resolved: Windows and macOS have names for their temporary folders that they do not print.
    with tempfile.TemporaryDirectory(prefix="punchh-wheel-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        (folder / "dist").mkdir()
        wheel = given.resolve() if given else built(folder / "dist")
        if wrong := findings(wheel, ROOT):
            raise WheelError("\n".join([f"{wheel.name}:", *wrong]))
        print(f"{wheel.name}: {len(members(wheel))} files, {wheel.stat().st_size // 1024} kB, as promised")
        for each in sets:
            start = time.monotonic()
            environment = Environment(folder / each)
            environment.install(each, wheel)
            installed = time.monotonic()
            for step in CHECKS[each]:
                step(environment, ROOT)
            done = time.monotonic()
            print(f"{each}: installed in {installed - start:.0f} s, works ({done - installed:.0f} s)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the wheel; the exit code comes back."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "sets", nargs="*", metavar="SET", help=f"of {', '.join(SETS)}; default: base contract"
    )
    parser.add_argument("--wheel", type=Path, help="check this one instead of building")
    options = parser.parse_args(arguments)
    if unknown := set(options.sets) - set(SETS):
        parser.error(f"no such set: {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    try:
        check(options.sets or ["base", "contract"], options.wheel)
    except (BuildError, WheelError) as error:
        print(error, file=sys.stderr)
        return 1 if isinstance(error, WheelError) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
