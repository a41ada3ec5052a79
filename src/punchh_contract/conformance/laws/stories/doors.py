"""Stories of doors: all that can be wrong with credentials and signatures, and calls beyond the limit."""

import dataclasses
from collections.abc import Callable, Iterator

from punchh_contract.auth import Credentials
from punchh_contract.conformance.laws import bodies
from punchh_contract.conformance.laws.scene import Scene
from punchh_contract.conformance.laws.stories.debiting import OPERATIONS, right_order
from punchh_contract.conformance.laws.stories.story import BATCH, FORCE, ONLINE, story
from punchh_contract.conformance.probes import Call, Probe, by_mail, probes_of
from punchh_contract.contract import Operation
from punchh_contract.signing import sign

DIGEST = frozenset({412})
NOT_THE_BODY = {"x": 1}
"""A body that breaks the contract of each operation: who asks is looked at first."""
QUOTED = (ONLINE, BATCH)
"""Operations that can be asked what they would do: a quote tells what a guest holds."""


def _digest_of(
    path: str | None = None, secret: str | None = None, body: bytes | None = None
) -> Callable[[Operation, Credentials, Call], None]:
    """Signs something else than what is sent: another path or body, or by another secret."""

    def change(operation: Operation, credentials: Credentials, call: Call) -> None:
        if operation.signature is not None:
            held = str(credentials.of(operation).secret) if secret is None else secret
            signed = (call.path if path is None else path, call.body if body is None else body)
            digest = sign(operation.signature.algorithm, held, *signed)
            name = operation.signature.header
            call.headers = {key: each for key, each in call.headers.items() if key.lower() != name.lower()}
            call.headers[name] = digest

    return change


def _more(operation: Operation) -> Iterator[Probe]:
    """What else can be wrong with a signature, where nobody counts failed authentications."""
    if operation.signature is not None:
        yield Probe("a digest of another path", DIGEST, _digest_of(path="/api/auth/redemptions/another_path"))
        yield Probe("a digest of the body alone", DIGEST, _digest_of(path=""))
        yield Probe("a digest of the path alone", DIGEST, _digest_of(body=b""))
        yield Probe("a digest of nothing", DIGEST, _digest_of(path="", body=b""))
        yield Probe("a digest by another secret", DIGEST, _digest_of(secret="another-invented-secret"))  # noqa: S106  # nobody's
        yield Probe("a digest by an empty secret", DIGEST, _digest_of(secret=""))
    # In what order the two are looked at, nobody says.
    yield Probe("no credential, and a body that is no JSON", frozenset({401, 412}), _broken)


def _broken(operation: Operation, _: Credentials, call: Call) -> None:
    gone = {scheme.header.lower() for alternative in operation.security for scheme in alternative}
    call.headers = {name: value for name, value in call.headers.items() if name.lower() not in gone}
    call.body = b"{"


def _doors(scene: Scene, operation: str) -> None:
    if scene.world.run.budget.left is not None:
        return  # the own checks of the fuzzing phase have it
    order = right_order(scene, operation)
    if order is None:
        return
    wanted = scene.world.run.contract.operation(operation)
    mailed = (by_mail(order.guest.email),) if operation == ONLINE else ()
    for probe in (*probes_of(wanted), *_more(wanted), *mailed):
        if all(getattr(scene.world.run.job.credentials, name) for name in probe.needs):
            scene.call(dataclasses.replace(order, wrong=probe))
        if probe.name in ("no credential", "a wrong credential"):
            scene.call(dataclasses.replace(order, wrong=probe, body=dict(NOT_THE_BODY)))
        if operation in QUOTED and probe.name in ("a wrong digest", "a wrong credential"):
            scene.call(dataclasses.replace(order, wrong=probe, body=bodies.quote(order.body)))
    scene.call(dataclasses.replace(order, granted="the same with the right credentials"))


for _operation in OPERATIONS:
    story(f"wrong credentials and signatures: {_operation}", _operation)(
        lambda scene, operation=_operation: _doors(scene, operation)  # type: ignore[misc]  # bound at once
    )


@story("more calls than a minute has", FORCE, heard=False)
def beyond(scene: Scene) -> None:
    limit = scene.world.run.contract.operation(FORCE).rate_limit
    if limit is None or not scene.world.run.job.own:
        return  # elsewhere the run keeps the limit itself
    guest = scene.guest(points=100)
    scene.setting(rate_limits=True)
    scene.move("a minute later", "POST", "clock/advance", {"seconds": 61})
    scene.force(guest, requested_punches=1)
    scene.force(guest, requested_punches=3000)
    for _ in range(limit.per_minute - 4):  # what is refused is a call too, and leaves less behind
        scene.force(guest, requested_punches=3000, look=False)
    for _ in range(5):
        scene.force(guest, requested_punches=1)
    scene.move("a minute later", "POST", "clock/advance", {"seconds": 61})
    scene.force(guest, requested_punches=1)
