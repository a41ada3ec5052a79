"""The four operations: each loads what the ledger needs, decides, applies, and answers in the contract's
shapes, all in one transaction of its caller.

Knows neither sockets nor headers: it takes a caller and a request body that the contract allows, and gives
a status and a body.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from punchh_contract.contract import Contract, Operation
from punchh_contract.sandbox import answers, ledger
from punchh_contract.sandbox.answers import Answer, Request
from punchh_contract.sandbox.authentication import Caller
from punchh_contract.sandbox.decisions import Claim, Grant, Redemption, Refusal
from punchh_contract.sandbox.guests import BasketItem, Code, DiscountType, Wallet
from punchh_contract.sandbox.store import Store

Clock = Callable[[], datetime]
Handler = Callable[[Operation, Caller, Request], Answer]

NAMESPACE = uuid.UUID("5e1f7a0e-0000-4000-8000-70756e636868")
"""Makes ids of text repeat: the same counter gives the same UUID."""


class Operations:
    """The operations over one store, by one clock that gives aware times."""

    def __init__(self, contract: Contract, store: Store, clock: Clock) -> None:
        self._contract = contract
        self._store = store
        self._clock = clock
        self.handlers: Mapping[str, Handler] = {
            "force_redeem": self.force_redeem,
            "create_online_redemption": self.redeem_online,
            "process_batch_redemption": self.redeem_basket,
            "create_subscription_redemption_code": self.make_code,
        }

    def run(self, operation: Operation, caller: Caller, request: Request) -> Answer:
        """Carry out one operation, inside a transaction of the caller, who may yet undo it.

        An `external_uid` repeats the first answer that redeemed something, for the same guest and
        operation, and takes nothing again; refusals and quotes are not kept (assumed; the vendor only says
        that duplicates are prevented).
        """
        key = operation.retry.key if not request.get("query") else None
        text = request.get(key) if key else None
        user_id = caller.user_id if caller.user_id is not None else request.get("user_id")
        scope = (operation.id, int(user_id or 0), text) if text else None
        if scope:
            kept = self._store.answer(scope)
            if isinstance(kept, Answer):
                return kept
        answer = self.handlers[operation.id](operation, caller, request)
        if scope and answer.redeemed:
            self._store.remember(scope, answer)
        return answer

    def redeem_online(self, operation: Operation, caller: Caller, request: Request) -> Answer:
        """One discount of the calling guest against a receipt; a quote with `query`."""
        now = self._clock()
        user_id = caller.user_id or 0
        claim = self._claim(user_id, request)
        wallet = self._wallet(user_id, claim)
        receipt = answers.receipt(request, "menu_items", "menu_item_type", "menu_item_id", "item_amount")
        decision = ledger.redeem(claim, wallet, self._store.business.catalogue, receipt, now)
        if isinstance(decision, Refusal):
            return answers.refused_online(operation, decision, claim.discount_type)
        redemption = (
            None if request.get("query") else self._commit(operation, user_id, decision, request, now)
        )
        place = self._store.business.location(request["store_number"])
        body = answers.online(request, decision, redemption, place.name, now)
        return Answer(200, body, redeemed=redemption is not None)

    def redeem_basket(self, operation: Operation, _: Caller, request: Request) -> Answer:
        """Every item of the guest's active basket against a receipt; what was redeemed leaves the basket."""
        now = self._clock()
        user_id = int(request["user_id"])
        if self._store.wallet(user_id) is None:
            return answers.error(operation, 404, "user_not_found")
        receipt = answers.receipt(request, "line_items", "item_type", "item_id", "amount")
        if receipt.amount_cents < 0 or receipt.amount_cents != answers.cents(request["subtotal_amount"]):
            return answers.error(operation, 422, "invalid_receipt_amount")
        items = self._store.basket(user_id)
        if not items:
            return answers.error(operation, 422, "no_basket")
        wallet = self._wallet(user_id, *map(ledger.basket_claim, items))
        judged = ledger.redeem_basket(items, wallet, self._store.business.catalogue, receipt, now)
        quote = bool(request.get("query"))
        success, failures, done = [], [], []
        for item, decision in judged:
            if isinstance(decision, Refusal):
                text = self._refusal_text(operation, decision, item)
                failures.append(answers.basket_item(request, item, decision, None, text))
                continue
            redemption = None if quote else self._commit(operation, user_id, decision, request, now)
            success.append(answers.basket_item(request, item, decision, redemption, None))
            done.append(item.item_id)
        if not quote:
            self._store.drop_from_basket(user_id, done)
        reference = "quote" if quote else str(self._store.next_id("batch"))
        body = {
            "redemption_ref": str(uuid.uuid5(NAMESPACE, f"batch-{user_id}-{reference}")),
            "success": success,
            "failures": failures,
        }
        return Answer(200, body, redeemed=bool(done) and not quote)

    def force_redeem(self, operation: Operation, _: Caller, request: Request) -> Answer:
        """What staff take from a guest: an amount of what the program counts, or one reward."""
        now = self._clock()
        user_id, order = int(request["user_id"]), request["redemption"]
        reward_id, amount = order.get("reward_id"), order.get("requested_punches")
        if reward_id is None and amount is None:
            return answers.error(operation, 422, "nothing_requested")
        if self._store.wallet(user_id) is None:
            return answers.error(operation, 404, "user_not_found", user_id=user_id)
        if order.get("fuel_redemption"):
            return answers.error(operation, 422, "feature_disabled")
        if reward_id is not None:
            wallet = self._wallet(user_id, Claim(DiscountType.REWARD, str(int(reward_id))))
            decision = ledger.force_redeem_reward(int(reward_id), wallet, now)
        else:
            decision = ledger.force_redeem(int(amount), self._wallet(user_id), self._store.business.catalogue)
        if isinstance(decision, Refusal):
            return answers.refused_by_force(operation, decision)
        redemption = self._commit(operation, user_id, decision, order, now)
        taken = 0 if reward_id is not None else int(amount)
        location_id = self._store.business.locations[0].location_id
        return Answer(201, answers.forced(redemption, decision, taken, location_id), redeemed=True)

    def make_code(self, operation: Operation, caller: Caller, request: Request) -> Answer:
        """A code for one of the calling guest's subscriptions. Takes nothing until it is honoured."""
        now = self._clock()
        user_id, business = caller.user_id or 0, self._store.business
        wallet = self._wallet(user_id, Claim(DiscountType.SUBSCRIPTION, request["subscription_id"]))
        number = next(iter(wallet.subscriptions), 0)
        decision = ledger.subscription_code(number, wallet, business.catalogue, now)
        if isinstance(decision, Refusal):
            return answers.error(operation, 422, "invalid_subscription")
        subscription = wallet.subscriptions[number]
        redemption = Redemption(
            redemption_id=self._store.next_id("redemption"),
            user_id=user_id,
            operation=operation.id,
            status="redeemable",
            created_at=now,
            updated_at=now,
            discount_type=DiscountType.SUBSCRIPTION,
            discount_id=str(number),
            tracking_code=self._store.new_code(),
            expires_at=now + ledger.CODE_LIFETIME,
        )
        self._store.apply(user_id, (), redemption)
        self._store.add_code(
            Code(
                code=redemption.tracking_code or "",
                owner=user_id,
                subscription_id=number,
                redemption_id=redemption.redemption_id,
                expires_at=redemption.expires_at,
            )
        )
        plan = business.catalogue.plans[subscription.plan_id]
        location_id = business.locations[0].location_id
        return Answer(
            200, answers.subscription_code(redemption, subscription, plan, location_id), redeemed=True
        )

    def _claim(self, user_id: int, request: Request) -> Claim:
        kind = DiscountType(request["discount_type"])
        named = {
            DiscountType.REWARD: "reward_id",
            DiscountType.REDEEMABLE: "redeemable_id",
            DiscountType.REDEMPTION_CODE: "redemption_code",
            DiscountType.SUBSCRIPTION: "subscription_id",
        }.get(kind)
        wanted = request[named] if named else None
        profile = self._store.profile(user_id)
        return Claim(
            kind,
            # An integer in JSON may be written 70001.0.
            str(wanted if isinstance(wanted, str) else int(wanted)) if wanted is not None else None,
            answers.asked_cents(request["redeemed_points"]) if kind is DiscountType.DISCOUNT_AMOUNT else 0,
            claims_coupon=bool(profile and profile.email and request.get("email") == profile.email),
        )

    def _wallet(self, user_id: int, *claims: Claim) -> Wallet:
        wallet = self._store.wallet(user_id, claims)
        if wallet is None:
            raise LookupError("a caller is a guest of the store")
        return wallet

    def _commit(
        self, operation: Operation, user_id: int, grant: Grant, request: Request, now: datetime
    ) -> Redemption:
        """Apply a granted decision and keep its record; a code completes the record made with it."""
        before = self._store.redemption(grant.redemption_id) if grant.redemption_id is not None else None
        forced = operation.id == "force_redeem"
        if before is not None:
            redemption = replace(
                before,
                status="honoured",
                updated_at=now,
                cents=grant.cents,
                debits=grant.debits,
                external_uid=request.get("external_uid"),
            )
        else:
            redemption = Redemption(
                redemption_id=self._store.next_id("redemption"),
                user_id=user_id,
                operation=operation.id,
                status="force_redeemed" if forced else "honoured",
                created_at=now,
                updated_at=now,
                discount_type=grant.discount_type,
                discount_id=grant.discount_id,
                cents=grant.cents,
                points=grant.points,
                tracking_code=grant.tracking_code or self._store.new_code(),
                expires_at=now + ledger.FORCE_LIFETIME if forced else None,
                message=request.get("force_message") if forced else None,
                external_uid=request.get("external_uid"),
                debits=grant.debits,
            )
        self._store.apply(user_id, grant.debits, redemption)
        return redemption

    def _refusal_text(self, operation: Operation, refusal: Refusal, item: BasketItem) -> str:
        """The text of a failed basket item: the operation's own where the contract has one, else the
        online operation's."""
        online = self._contract.operation("create_online_redemption")
        status, error_id, values = answers.refusal(refusal, item.discount_type)
        fact = operation.errors.get((200, error_id)) or online.errors[status, error_id]
        return fact.text.format(**values)
