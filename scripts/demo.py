"""Plays one evening at an invented restaurant against the sandbox: the generated client calls, a receiver
listens, and each step says what happened and stops the demo if it was not what it should be.

Exit code 0: everything was; 1: something was not, and the last line says what.
"""

import sys
from contextlib import ExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import httpx
from punchh_client import Client
from punchh_client.api.dashboard import force_redeem
from punchh_client.api.mobile import create_subscription_redemption_code
from punchh_client.api.online_ordering import create_online_redemption
from punchh_client.api.pos import process_batch_redemption
from punchh_client.models import (
    BatchRedemption,
    BatchRedemptionRequest,
    ForcedRedemption,
    ForceRedeemOrder,
    ForceRedeemRequest,
    LineItem,
    MenuItem,
    OnlineRedeemableRequest,
    OnlineRedemption,
    OnlineRedemptionCodeRequest,
    SubscriptionRedemption,
    SubscriptionRedemptionRequest,
)

from punchh_contract import receiver, sandbox
from punchh_contract.auth import Credentials, PunchhAuth
from punchh_contract.receiver.app import create_receiver
from punchh_contract.receiver.delivery import Delivery
from punchh_contract.receiver.serving import bind, serving

OPENING = "2026-03-02T18:05:01Z"
ADA, GRACE, MIXED = 111111111, 111111112, 111113000
SUBSCRIPTION, FIVE_OFF = "900699", "493"
KEY, SECRET = "demo-receiver", "demo-secret-not-a-real-one"
ONLINE = "create_online_redemption"

_T = TypeVar("_T")


class DemoError(Exception):
    """Something was not as the story has it."""


class Evening:
    """The story, a method a scene, told as it happens."""

    def __init__(self, server: sandbox.Sandbox, received: list[Delivery]) -> None:
        credentials = Credentials.from_mapping(server.credentials)
        self.control = server.control
        self.received = received
        self.client = Client(
            base_url=server.url, raise_on_unexpected_status=True, httpx_args={"auth": PunchhAuth(credentials)}
        )
        self.key = str(credentials.client)
        self.agent = str(credentials.user_agent)
        self._scenes = 0

    def play(self, receiver_url: str) -> None:
        """All of it."""
        self.subscribe(receiver_url)
        code = self.code()
        quoted = self.quote(code)
        self.changed_receipt(code, quoted)
        self.commit(code, quoted)
        self.second_till(code)
        self.late_code()
        self.batch()
        self.force()
        self.lost_reply()
        self.events()

    # The scenes

    def subscribe(self, url: str) -> None:
        self.scene("A receiver asks for the events")
        subscriber = self.control.add_subscriber(
            f"{url}/punchh", scheme="hmac-sha256", name=KEY, secret=SECRET
        )
        active = self.control.activate(subscriber["subscriber_id"])
        self.check(
            active["state"] == "active", "the sandbox checked the address and delivers there from now on"
        )
        self.tell(f"subscriber {active['subscriber_id']}, signed with HMAC-SHA256")

    def code(self) -> str:
        self.scene("Ada's app asks for a code for her Coffee Club subscription")
        made = self.new_code()
        lives = datetime.fromisoformat(made.expiring_at) - datetime.fromisoformat(made.created_at)
        self.check(lives == timedelta(minutes=10), "the code lives ten minutes")
        self.check(self.uses() == 0, "making it uses nothing up")
        self.tell(f"code {made.redemption_tracking_code}, redemption {made.redemption_id}")
        return made.redemption_tracking_code

    def quote(self, code: str) -> OnlineRedemption:
        self.scene("Till 401 asks what the code is worth on a bill of $30.00")
        quoted = self.online(self.order(code, 30, query=True))
        self.check(quoted.category == "redeemable", "it would be redeemed")
        self.check(
            not isinstance(quoted.redemption_id, int), "a quote redeems nothing and has no redemption id"
        )
        self.check(self.uses() == 0, "and takes nothing")
        self.tell(f"quote: {dollars(quoted.redemption_amount)} off")
        return quoted

    def changed_receipt(self, code: str, before: OnlineRedemption) -> None:
        self.scene("The bill shrinks to $2.00, and the till asks again")
        quoted = self.online(self.order(code, 2, query=True))
        self.check(
            quoted.redemption_amount == 2.0, "the changed receipt is judged anew: no more off than it has"
        )
        was = dollars(before.redemption_amount)
        self.tell(f"quote: {dollars(quoted.redemption_amount)} off, where it was {was}")

    def commit(self, code: str, quoted: OnlineRedemption) -> None:
        self.scene("It is $30.00 after all, and till 401 commits")
        done = self.online(self.order(code, 30, external_uid="order-1001"))
        self.check(done.category == "redeemable" and isinstance(done.redemption_id, int), "it is redeemed")
        self.check(
            done.redemption_amount == quoted.redemption_amount, "for the amount of the quote for that receipt"
        )
        shares = done.to_dict()["discount_distribution_items"]
        total = sum(Decimal(str(each["item_amount"])) for each in shares)
        self.check(total == -Decimal(str(done.redemption_amount)), "its shares add up to it, to the cent")
        self.check(self.uses() == 1, "one use of the subscription is gone")
        self.tell(f"redemption {done.redemption_id}: {dollars(done.redemption_amount)} off")

    def second_till(self, code: str) -> None:
        self.scene("Till 402 tries the same code")
        lost = self.online(self.order(code, 30, store_number="402", external_uid="order-1002"))
        self.check(lost.category == "processed", "refused: the code has been honoured, once")
        self.check(self.uses() == 1, "and no second use is gone")
        self.tell(f"the answer is a 200 all the same, of category {lost.category}: {lost.status!r}")

    def late_code(self) -> None:
        self.scene("Ada makes another code and talks for ten minutes")
        code = self.new_code().redemption_tracking_code
        self.control.advance(timedelta(minutes=10))
        late = self.online(self.order(code, 30))
        self.check(late.category == "expired", "refused: the code has expired")
        self.check(self.uses() == 1, "and no use is gone")
        self.tell(f"code {code}: {late.status!r}")

    def batch(self) -> None:
        self.scene("Another guest pays with a basket of two discounts, one of them long expired")
        before = self.guest(MIXED)["points"]
        done = answer(
            process_batch_redemption.sync(
                client=self.client,
                user_agent=self.agent,
                body=BatchRedemptionRequest(
                    user_id=MIXED,
                    line_items=[
                        LineItem(
                            item_name="Demo Pizza",
                            item_qty=1,
                            amount=30.0,
                            item_type="M",
                            item_id=331,
                            item_family="10",
                            item_group="gp",
                        )
                    ],
                    receipt_amount=30.0,
                    subtotal_amount=30.0,
                    receipt_datetime=OPENING,
                ),
            ),
            BatchRedemption,
        )
        self.check(
            (len(done.success), len(done.failures)) == (1, 1), "each item ends once: one success, one failure"
        )
        good, bad = done.success[0], done.failures[0]
        self.check(self.guest(MIXED)["points"] == before - 100, "the good one cost its 100 points")
        left = [each["item_id"] for each in self.guest(MIXED)["basket"]]
        self.check(left == [bad.discount_basket_item_id], "the bad one is in the basket still")
        self.tell(f"{good.discount_type} {good.discount_id}: {dollars(good.discount_amount)} off")
        self.tell(f"{bad.discount_type} {bad.discount_id}: {bad.message}")

    def force(self) -> None:
        self.scene("Support takes 50 points from Grace")
        before = self.guest(GRACE)["points"]
        done = answer(
            force_redeem.sync(
                client=self.client,
                user_agent=self.agent,
                body=ForceRedeemRequest(
                    user_id=GRACE,
                    redemption=ForceRedeemOrder(requested_punches=50, force_message="Goodwill, taken back"),
                ),
            ),
            ForcedRedemption,
        )
        after = self.guest(GRACE)["points"]
        self.check((done.redeemed_value, before - after) == (50, 50), "exactly those are gone")
        self.tell(f"redemption {done.redemption_id}: {before} points before, {after} after")

    def lost_reply(self) -> None:
        self.scene("An order costs Ada 100 points, and the answer gets lost on the way")
        before = self.guest(ADA)["points"]
        order = OnlineRedeemableRequest(
            **self.receipt(30),
            discount_type="redeemable",
            redeemable_id=FIVE_OFF,
            external_uid="order-1003",
        )
        self.control.add_fault("reply_lost", ONLINE)
        try:
            self.online(order)
        except httpx.TransportError as error:
            self.tell(f"the till sees {type(error).__name__} and cannot know what happened")
        else:
            raise DemoError("the answer should have been lost")
        self.check(self.guest(ADA)["points"] == before - 100, "it was committed: the points are gone")
        again = self.online(order)
        self.check(
            again.category == "redeemable", "the same order with the same external_uid gets the lost answer"
        )
        self.check(self.guest(ADA)["points"] == before - 100, "and no second debit")
        made = [each["redemption_id"] for each in self.control.redemptions(external_uid="order-1003")]
        self.check(made == [again.redemption_id], "there is one redemption of that order")
        self.tell(f"redemption {again.redemption_id}: {dollars(again.redemption_amount)} off")

    def events(self) -> None:
        self.scene("What the receiver got meanwhile")
        # Comes back once what was due has been delivered.
        self.control.advance(1)
        sent = self.control.events()
        posts = [each for each in self.received if each.method == "POST"]
        for each in posts:
            self.tell(
                f"{each.gist.action} {each.gist.redemption_status}, redemption {each.gist.redemption_id}: "
                f"{each.status}"
            )
        self.check(
            all(each.verification.authentic and each.verification.scheme == "hmac-sha256" for each in posts),
            "every signature is right",
        )
        self.check(all(each.fine for each in posts), "every event is the contract's, strictly")
        told = [each.gist.content_id for each in posts]
        self.check(told == [each["content_id"] for each in sent], "each event came once, in order")
        self.check(len(told) == 7, "seven changes, seven events")

    # What the scenes are made of

    def new_code(self) -> SubscriptionRedemption:
        return answer(
            create_subscription_redemption_code.sync(
                client=self.client,
                user_agent=self.agent,
                body=SubscriptionRedemptionRequest(client=self.key, subscription_id=SUBSCRIPTION),
            ),
            SubscriptionRedemption,
        )

    def receipt(self, amount: float, store_number: str = "401") -> dict[str, Any]:
        pizza = MenuItem(
            item_name="Demo Pizza",
            item_qty=1,
            item_amount=amount,
            menu_item_type="M",
            menu_item_id="331",
            menu_family="10",
            menu_major_group="gp",
            serial_number="1.0",
        )
        return {
            "client": self.key,
            "store_number": store_number,
            "receipt_amount": amount,
            "subtotal_amount": amount,
            "receipt_datetime": OPENING,
            "transaction_no": "1001",
            "menu_items": [pizza],
        }

    def order(
        self, code: str, amount: float, store_number: str = "401", **more: Any
    ) -> OnlineRedemptionCodeRequest:
        receipt = self.receipt(amount, store_number)
        return OnlineRedemptionCodeRequest(
            **receipt, discount_type="redemption_code", redemption_code=code, **more
        )

    def online(self, order: OnlineRedemptionCodeRequest | OnlineRedeemableRequest) -> OnlineRedemption:
        done = create_online_redemption.sync(client=self.client, user_agent=self.agent, body=order)
        return answer(done, OnlineRedemption)

    def guest(self, user_id: int) -> dict[str, Any]:
        return self.control.guest(user_id)

    def uses(self) -> int:
        """Of Ada's subscription."""
        held = self.guest(ADA)["subscriptions"]
        return next(int(each["uses"]) for each in held if each["subscription_id"] == int(SUBSCRIPTION))

    # Telling

    def scene(self, title: str) -> None:
        self._scenes += 1
        print(f"\n{paint('1', f'{self._scenes}. {title}')}")

    def tell(self, text: str) -> None:
        print(f"   {text}")

    def check(self, holds: object, text: str) -> None:
        if not holds:
            raise DemoError(f"not so: {text}")
        print(f"   {paint('32', '✓')} {text}")


def answer(given: object, kind: type[_T]) -> _T:
    """What the client gave back, if it is the answer that the story has."""
    if not isinstance(given, kind):
        raise DemoError(f"{kind.__name__} was expected, and {given!r} came")
    return given


def dollars(amount: float | None) -> str:
    return f"${amount or 0:.2f}"


def paint(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() else text


def main() -> int:
    """Run the demo; returns the exit code."""
    received: list[Delivery] = []
    listening = create_receiver(
        received.append, receiver.Credentials(key=KEY, secrets=(SECRET,)), scheme="hmac-sha256", strict=True
    )
    try:
        with ExitStack() as stack:
            url = stack.enter_context(serving(listening, bind("127.0.0.1", 0)))
            server = stack.enter_context(sandbox.running(clock=OPENING))
            print(f"A sandbox at {server.url}, its clock stopped at {OPENING}; a receiver at {url}.")
            evening = Evening(server, received)
            stack.enter_context(evening.client)
            evening.play(url)
    except (DemoError, httpx.HTTPError, sandbox.ControlError) as error:
        print(f"\n{paint('31', '✗')} {error}")
        return 1
    print("\nAll of it was as it should be.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
