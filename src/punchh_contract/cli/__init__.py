"""The `punchh-contract` command: a group whose commands are imported when called, and where errors end.

Exit codes: 0 fine, 1 findings, 2 could not run, or could not write all that it had to say, 130 interrupted,
141 nobody reads the output any more. An error of this package is one line on stderr.
"""

import contextlib
import errno
import importlib
import math
import os
import sys
from collections.abc import Generator
from typing import Any, BinaryIO, NamedTuple, TextIO

import click

from punchh_contract.errors import PunchhContractError, UsageError


class _Entry(NamedTuple):
    summary: str
    extra: str | None


# Summaries stand here so that `--help` imports no command, some of which need an extra that may be absent.
COMMANDS: dict[str, _Entry] = {
    "call": _Entry("Make one call, and say whether it redeemed.", None),
    "certify-receiver": _Entry("Play the vendor at its worst to your handler.", None),
    "doctor": _Entry("Find out why a signature or a call is refused.", None),
    "drift": _Entry("Find what recorded events have that the contract lacks.", None),
    "listen": _Entry("Receive deliveries, verify and validate them.", "sandbox"),
    "prove": _Entry("Count the faults of a sandbox that the contract run finds.", "contract"),
    "receipt": _Entry("Verify the receipt of a run, or render it again.", None),
    "sandbox": _Entry("Serve a sandbox of the four operations on this machine.", "sandbox"),
    "send": _Entry("Sign a body and deliver it to a receiver.", None),
    "sign": _Entry("Print the digest of a request body.", None),
    "test": _Entry("Run the contract against a server.", "contract"),
    "validate": _Entry("Check recorded events against the contract.", None),
}


class _Failure(click.ClickException):
    exit_code = 2


_NOBODY_READS = 141
"""The shell's convention for "ended by SIGPIPE"."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EAGAIN, errno.EBADF})
"""What a system says when it has no room for what is written, loses it, or does not take it at all."""


@contextlib.contextmanager
def _edge() -> Generator[None]:
    try:
        try:
            yield
        finally:
            # Or what waits in the buffer fails on Python's way out, where nobody can say it well.
            if sys.stdout is not None and not sys.stdout.closed:
                sys.stdout.flush()
    except PunchhContractError as error:
        raise _Failure(str(error)) from error
    except KeyboardInterrupt:
        # The shell's convention for "ended by SIGINT"; click itself would say 1, which means findings here.
        click.echo("Interrupted: no verdict.", err=True)
        raise click.exceptions.Exit(130) from None
    except BrokenPipeError:
        # `… | head -1`; click itself would say 1, as above.
        _let_go(sys.stdout)
        raise click.exceptions.Exit(_NOBODY_READS) from None
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _let_go(sys.stdout)
        where = error.filename or "the output"
        raise _Failure(f"{where}: cannot be written: {error.strerror}; the result is incomplete") from error


def _let_go(stream: TextIO | None) -> None:
    """What is still in the buffer must go somewhere, or Python complains of it on its way out."""
    if stream is None:  # as under pythonw
        return
    with contextlib.suppress(OSError):  # one that is no file of the system's
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Seconds(click.FloatRange):
    """A number in a range; `nan` and `inf` are none."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; fails for what is none or out of range."""
        converted = super().convert(value, param, ctx)
        if not math.isfinite(converted):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return converted


def standard_input() -> BinaryIO:
    """Return standard input as bytes. Raises UsageError if the process was started without one (`<&-`)."""
    # None there, whatever the type says.
    if sys.stdin is None:
        raise UsageError("-: cannot be read: standard input is closed; name a file, or pipe something in")
    with contextlib.suppress(OSError, ValueError, AttributeError):  # no file of the system's, or Windows
        # A pause in one that does not block looks like its end.
        os.set_blocking(sys.stdin.fileno(), True)
    return sys.stdin.buffer


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        try:
            module = importlib.import_module(f"punchh_contract.cli.{cmd_name.replace('-', '_')}")
        except ModuleNotFoundError as error:
            if entry.extra is None or (error.name or "").startswith("punchh_c"):
                raise
            raise _Failure(
                f"`{cmd_name}` needs {error.name}, which is not installed: "
                f"pip install 'punchh-contract[{entry.extra}]'"
            ) from error
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except BrokenPipeError:
            _let_go(sys.stderr)
            sys.exit(_NOBODY_READS)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            # It was an error that could not be told; its exit code can.
            _let_go(sys.stderr)
            sys.exit(_Failure.exit_code)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _edge():  # for `--help`
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with _edge():
            return super().invoke(ctx)


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import version

    from punchh_contract.contract import load

    with _edge():
        click.echo(f"punchh-contract {version('punchh-contract')} (contract {load().version})")
    ctx.exit()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the versions and exit.",
)
def main() -> None:
    """Work with the contract of PAR Punchh's redemption APIs (unofficial)."""
