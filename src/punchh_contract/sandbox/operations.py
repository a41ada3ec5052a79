"""The four operations: each loads what the ledger needs, decides, writes down, and answers in the contract's
shapes, all in one transaction of its caller.

Knows neither sockets nor headers: it takes a caller, a request body that the contract allows and what the
caller wants to read it in, and gives a status and a body.
"""

from collections.abc import Callable, Mapping

from punchh_contract.contract import Contract, Operation
from punchh_contract.sandbox import answers, bodies, ledger, receipts, recording
from punchh_contract.sandbox.answers import Answer, Request
from punchh_contract.sandbox.authentication import Caller
from punchh_contract.sandbox.business import Settings
from punchh_contract.sandbox.decisions import Claim, Reason, Refusal
from punchh_contract.sandbox.guests import BasketItem, DiscountType, Wallet
from punchh_contract.sandbox.identity import named
from punchh_contract.sandbox.magic import Magic
from punchh_contract.sandbox.store import Transaction
from punchh_contract.sandbox.store.records import BY_MAIL

Handler = Callable[[Transaction, Operation, Caller, Request], Answer]


class Operations:
    """The operations of a contract; `magic` answers what its values ask for."""

    def __init__(self, contract: Contract, magic: Magic) -> None:
        self._contract = contract
        self._magic = magic
        self.handlers: Mapping[str, Handler] = {
            "force_redeem": self.force_redeem,
            "create_online_redemption": self.redeem_online,
            "process_batch_redemption": self.redeem_basket,
            "create_subscription_redemption_code": self.make_code,
        }

    def writes(self, operation: Operation, request: Request, settings: Settings) -> bool:
        """Whether carrying out a request may change anything: a quote does not, unless it locks a basket."""
        quote = operation.success.request is not None and bool(request.get("query"))
        locks = settings.reward_locking and operation.id == "process_batch_redemption"
        return not quote or locks

    def run(self, tx: Transaction, operation: Operation, caller: Caller, request: Request) -> Answer:
        """Carry out one operation, inside a transaction of the caller, who may yet undo it.

        An `external_uid` repeats the first answer that redeemed something, for the same guest and
        operation, and takes nothing again; refusals and quotes are not kept (assumed; the vendor only says
        that duplicates are prevented).
        """
        outcome = self._magic.outcome(operation.id, request)
        if outcome is not None:
            status, error_id, values = outcome
            answer = answers.error(operation, status, error_id, **values)
            shown = tx.business.settings.qualifying_conditions
            return answer if shown else answers.without_conditions(answer)
        user_id = int(caller.user_id if caller.user_id is not None else request["user_id"])
        key = operation.retry.key if not request.get("query") else None
        text = request.get(key) if key else None
        # An address opens no answer but those that it opened.
        means = BY_MAIL if caller.by_mail else ""
        scope = (operation.id + means, user_id, text) if text else None
        if scope:
            kept = tx.redemptions.answer(scope)
            if kept is not None:
                status, body = kept
                return Answer(status, body)
        answer = self.handlers[operation.id](tx, operation, caller, request)
        if scope and answer.redeemed:
            tx.redemptions.remember(scope, answer.status, answer.body)
        return answer

    def redeem_online(
        self, tx: Transaction, operation: Operation, caller: Caller, request: Request
    ) -> Answer:
        """One discount of the calling guest against a receipt; a quote with `query`."""
        user_id = caller.user_id or 0
        place = tx.business.location(request["store_number"])
        claim = self._claim(tx, user_id, request)
        decision = ledger.closed(tx.business, place)
        if decision is not None:
            return answers.refused_online(
                operation, decision, claim.discount_type, caller.language, shown=False
            )
        receipt, settings = receipts.online(request), tx.business.settings
        judged = ledger.redeem(
            claim, self._wallet(tx, user_id, claim), tx.business.catalogue, receipt, tx.now
        )
        if isinstance(judged, Refusal):
            shown = settings.qualifying_conditions
            return answers.refused_online(
                operation, judged, claim.discount_type, caller.language, shown=shown
            )
        redemption = (
            None
            if request.get("query")
            else recording.redeemed(tx, operation.id, user_id, judged, request, place, "menu_items")
        )
        body = bodies.online(request, judged, redemption, place.name, tx.now, caller.language, settings)
        return Answer(200, body, redeemed=redemption is not None)

    def redeem_basket(
        self, tx: Transaction, operation: Operation, caller: Caller, request: Request
    ) -> Answer:
        """Every item of the guest's active basket against a receipt; what was redeemed leaves the basket."""
        user_id, quote = int(request["user_id"]), bool(request.get("query"))
        place, uid = caller.location or tx.business.locations[0], request.get("external_uid")
        reason = ledger.may(uid, tx.guests.locked_by(user_id), tx.business.settings)
        if reason is Reason.EXTERNAL_UID_MISSING:
            return answers.field_error(operation, "external_uid", missing=True)
        if tx.guests.account(user_id) is None:
            return answers.error(operation, 404, "user_not_found")
        closed = ledger.closed(tx.business, place) or (Refusal(reason) if reason else None)
        if closed is not None:
            return answers.refused_batch(operation, closed)
        receipt = receipts.batch(request)
        if receipt.amount_cents < 0 or receipt.amount_cents != receipts.cents(request["subtotal_amount"]):
            return answers.error(operation, 422, "invalid_receipt_amount")
        items = tx.guests.basket(user_id)
        if not items:
            return answers.error(operation, 422, "no_basket")
        reason = ledger.too_many(items, tx.business.settings)
        if reason is not None:
            return answers.refused_batch(operation, Refusal(reason))
        wallet = self._wallet(tx, user_id, *map(ledger.basket_claim, items))
        success, failures, done = list[bodies.Body](), list[bodies.Body](), list[int]()
        shown = caller.language, tx.business.settings
        for item, decision in ledger.redeem_basket(items, wallet, tx.business.catalogue, receipt, tx.now):
            if isinstance(decision, Refusal):
                text = self._refusal_text(operation, decision, item, caller.language)
                failures.append(bodies.basket_item(request, item, decision, None, text, *shown))
                continue
            redemption = (
                None
                if quote
                else recording.redeemed(tx, operation.id, user_id, decision, request, place, "line_items")
            )
            success.append(bodies.basket_item(request, item, decision, redemption, None, *shown))
            done.append(item.item_id)
        if tx.business.settings.reward_locking:
            # A basket of which nothing is left locks nobody out.
            tx.guests.lock(user_id, uid if quote or len(done) < len(items) else None)
        if not quote:
            tx.guests.drop_from_basket(user_id, done)
        reference = "quote" if quote else tx.counters.next_id("batch")
        body = {
            "redemption_ref": named(f"batch-{user_id}", reference),
            "success": success,
            "failures": failures,
        }
        return Answer(200, body, redeemed=bool(done) and not quote)

    def force_redeem(self, tx: Transaction, operation: Operation, _: Caller, request: Request) -> Answer:
        """What staff take from a guest: a reward, or else an amount of fuel or of what the program counts."""
        user_id, order = int(request["user_id"]), request["redemption"]
        reward_id, amount = order.get("reward_id"), int(order.get("requested_punches") or 0)
        if reward_id is None and not amount:
            return answers.error(operation, 422, "nothing_requested")
        if tx.guests.account(user_id) is None:
            return answers.error(operation, 404, "user_not_found", user_id=user_id)
        if reward_id is not None:
            amount = 0
            wallet = self._wallet(tx, user_id, Claim(DiscountType.REWARD, str(int(reward_id))))
            decision = ledger.force_redeem_reward(int(reward_id), wallet, tx.now)
        elif order.get("fuel_redemption"):
            decision = ledger.force_redeem_fuel(amount, self._wallet(tx, user_id), tx.business.settings)
        else:
            decision = ledger.force_redeem(amount, self._wallet(tx, user_id), tx.business.catalogue)
        if isinstance(decision, Refusal):
            return answers.refused_by_force(operation, decision)
        redemption = recording.forced(tx, operation.id, user_id, decision, order.get("force_message"))
        return Answer(201, bodies.forced(redemption, decision, amount), redeemed=True)

    def make_code(self, tx: Transaction, operation: Operation, caller: Caller, request: Request) -> Answer:
        """A code for one of the calling guest's subscriptions. Takes nothing until it is honoured."""
        user_id = caller.user_id or 0
        if not tx.business.settings.redemptions_enabled:
            return answers.error(operation, 422, "feature_disabled")
        wallet = self._wallet(tx, user_id, Claim(DiscountType.SUBSCRIPTION, request["subscription_id"]))
        number = next(iter(wallet.subscriptions), 0)
        decision = ledger.subscription_code(number, wallet, tx.business.catalogue, tx.now)
        if isinstance(decision, Refusal):
            return answers.error(operation, 422, "invalid_subscription")
        subscription = wallet.subscriptions[number]
        plan = tx.business.catalogue.plans[subscription.plan_id]
        redemption = recording.issued(tx, operation.id, user_id, number, plan.terms.name)
        body = bodies.subscription_code(redemption, subscription, plan, caller.language, caller.zone)
        return Answer(200, body, redeemed=True)

    def _claim(self, tx: Transaction, user_id: int, request: Request) -> Claim:
        kind = DiscountType(request["discount_type"])
        named_by = {
            DiscountType.REWARD: "reward_id",
            DiscountType.REDEEMABLE: "redeemable_id",
            DiscountType.REDEMPTION_CODE: "redemption_code",
            DiscountType.SUBSCRIPTION: "subscription_id",
        }.get(kind)
        wanted = request[named_by] if named_by else None
        profile = tx.guests.profile(user_id)
        return Claim(
            kind,
            # An integer in JSON may be written 70001.0.
            str(wanted if isinstance(wanted, str) else int(wanted)) if wanted is not None else None,
            receipts.asked_cents(request["redeemed_points"]) if kind is DiscountType.DISCOUNT_AMOUNT else 0,
            claims_coupon=bool(profile and profile.email and request.get("email") == profile.email),
        )

    def _wallet(self, tx: Transaction, user_id: int, *claims: Claim) -> Wallet:
        wallet = tx.guests.wallet(user_id, claims)
        if wallet is None:
            raise LookupError("a caller is a guest of the store")
        return wallet

    def _refusal_text(self, operation: Operation, refusal: Refusal, item: BasketItem, language: str) -> str:
        """The text of a failed basket item: the operation's own where the contract has one, else the
        online operation's."""
        online = self._contract.operation("create_online_redemption")
        status, error_id, values = answers.refusal(refusal, item.discount_type, language)
        fact = operation.errors.get((200, error_id)) or online.errors[status, error_id]
        return fact.text.format(**values)
