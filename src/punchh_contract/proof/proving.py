"""A whole proof: faultless runs first, then each fault, then, if asked for, each for Schemathesis alone."""

import dataclasses
from collections.abc import Callable, Sequence

from punchh_contract.proof import stock
from punchh_contract.proof.budget import Budget
from punchh_contract.proof.fault import Fault
from punchh_contract.proof.finding import Result, Told, killers
from punchh_contract.proof.running import NO_FAULT, ProofError, each, run
from punchh_contract.proof.score import Row

Say = Callable[[Row], None]


async def faultless(
    budget: Budget, seeds: Sequence[int], jobs: int, say: Callable[[int, Told], None]
) -> list[Told]:
    """A run against the sandbox as it is for each seed: whatever one finds is a false alarm."""

    async def one(seed: int) -> Told:
        return await run(NO_FAULT, dataclasses.replace(budget, seed=seed))

    return await each(seeds, one, jobs, say)


async def control(budget: Budget, jobs: int) -> list[Told]:
    """Faultless runs, as many at once as there will be faulty ones: the first with the same seed, the others
    with those after it.

    Raises ProofError if one of them finds something, or cannot be carried out: no kill would mean anything.
    """
    seeds = range(budget.seed, budget.seed + jobs)
    runs = await faultless(budget, seeds, jobs, lambda _, __: None)
    for seed, told in zip(seeds, runs, strict=True):
        if told.result is Result.ERROR:
            raise ProofError(f"the contract run could not be carried out: {told.why}")
        if told.result is Result.KILLED:
            raise ProofError(
                f"the faultless sandbox is found faulty with seed {seed}: {killers(told.by)}; mend that first"
            )
    return runs


async def faults(chosen: Sequence[Fault], budget: Budget, jobs: int, say: Say) -> list[Row]:
    """A run against each fault; `say` takes each row as it is known."""

    async def one(fault: Fault) -> Row:
        return Row(fault.id, fault.kind, fault.rule, await run(fault.id, budget))

    return await each(chosen, one, jobs, lambda _, row: say(row))


async def with_stock(rows: Sequence[Row], budget: Budget, jobs: int, say: Say) -> list[Row]:
    """The rows with what Schemathesis by itself finds. Raises ProofError if it cannot be run."""
    known = await stock.alarms(budget)

    async def one(row: Row) -> Row:
        return dataclasses.replace(row, stock=await stock.run(row.id, budget, known))

    return await each(rows, one, jobs, lambda _, row: say(row))
