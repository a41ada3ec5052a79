"""The words that names of fields are made of, so that a name can be told from a person's.

`loyalty_tier` and `zebediah_quill` look alike to any pattern. A name is shown when each of its words is here
or in a name of the contract; what the list lacks is masked, and file, line and column lead to it. Words that
are also first names, such as may, mark and rose, are left out on purpose.
"""

import functools
import re
from typing import Any

from punchh_contract import contract

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# Shorter words are one letter away from first names: date from Dave.
_LONG = 7

_LISTED = """
about above absolute accept accepted access account accrual accrued action activation active activity actual
ad add added adding addition additional address adjust adjusted adjustment admin advance after age agent
aggregate alert alias all allow allowed aloha alternate amount and android anonymous answer any api app
apple application applied apply approval approved archive archived area array arrival as ask asked asset
assigned at attempt attribute audience audit auth authorization auto automatic available avatar average
award away back badge balance ban bank banked banned bar barcode base basis basket batch baz beacon before
begin benefit best between beverage bid billing birth birthday block blocked bluetooth body bonus bonused
bool boolean boost boosted box brand break breakfast broken browser brunch bucket budget build bulk burn
burned business buyer by cache calculated calendar call callback campaign can cancel canceled cancellation
cancelled cap capacity card carried carrier carryover cart cash cashback cashier catalog category catering
cause cc cell cent center certificate change changed channel charge charity chat check checkin checkout
checksum cheese child children choice city claim claimed class clean client clock close closed clover
cluster code coffee cohort collection color column combo comment commit common company complete completed
component condition config configuration confirm confirmed consent constraint contact container content
context contract control conversion cookie copy core correct correlation cost count counter country county
coupon course cover create created creation credit criteria cross crowd curb curbside currency current
custom customer cycle daily data database date day deactivated deactivation dead deal debit debug decimal
decision default deferred definition degree delay delete deleted deletion deliver delivered delivery demo
department deposit depth description desired dessert destination detail device diff digest digital dimension
dine dinner direct direction disabled discount dish display distance distribution division document dollar
domain donate donation done doordash dormant double down draft drift drink drive due duplicate duration
early earn earned earning edit effective eligible email employee empty enabled encoding end ended engine
enrolled enrollment enter entity entry enum environment error estimate estimated event exact example
exchange exchanged excluded exclusive executed exists expected expense experience experiment expire expired
expiring expiry export extended extension external extra facebook fact factor failed failure false family
fare fast favorite fax feature fee feed feedback fetch field file final finger fingerprint finish finished
first fiscal fix flag flat flavor float floor flow folder foo food for force forced forfeited form format
forward found fraction fragment frequency from frozen fuel fulfilled fulfillment full function fund
fundraiser future gateway gender general generated generation geo geofence gift gifted given global goal
goods google grade gross group grubhub guest guestless half handle handler happy has hash have head header
headline health height hidden high history hit hold holiday home honored host hour how html http hybrid icon
id identifier identity image import important in inactivated inactive included income index indicator info
information inherited initial initiated inner input inserted insight instagram instance instant instruction
int integer integration interest internal interval invalid inventory invitation invite invoice ios ip is
issue issued item job join joined journey json key keyword kind kiosk label landing language lapsed last
late latest latitude layer lead left legacy length level lifetime like limit line link linked list live load
local locale location lock locked log login logo long longitude lookup lot low loyal loyalty lunch machine
mail main major make manager manual map margin market marketing master match matched material matured
maturity max maximum meal measure media medium member membership memo menu merchandise merchant merge merged
message meta metadata meter method metric micros middle migrated milestone millisecond min minimum minor
minute missing mobile mode model modified modifier module moment money month monthly more most move multiple
multiplier mystery name national native need negative net network never new next nickname no node none
normal not note notification null number numeric nutrition object occurred odd of off offer office offline
offset old olo on one online only open opened operation operator option optional or order ordinal
organization origin original other out outcome outer output outside over override owed owner package page
paid pair paper parameter parent part partial partially participant partly partner party pass password past
patch path pattern pause paused pay payload payment payout pending per percent percentage period permanent
permission person personal phase phased phone photo physical pickup picture piece pin place placed plan
planned platform player plus pn point policy pool popular popup pos position positive post postal postcode
posted postmates pre preference preferred prefix preorder prepaid presence present preview previous price
pricing primary print printed priority private prize process processed processing processor produced product
profile program progress project promise promo promotion promotional prompt proof properties property
prorated provider provisional proximity public published punch punchh purchase purchased push qr qty
qualification qualified qualifier quality quantity quarter query question queue quick quiz quota qux random
range rank rate rating ratio raw reach reactivated read reading ready real reason rebate receipt receiptless
received receiver recent recipe recipient record recorded recurring redeem redeemable redeemed redeemer
redemption redirect reference referral referred referrer refund refunded refunding region register
registered registration reissue rejected related relation release remaining reminder remote removed renewal
renewed reopen reopened repeat replaced reply report request requested requester required reservation
reserved reset resource response restaurant restricted result retail retry return returned revenue reversal
reversed review revision revoked reward right role rolled rollover root round roundup route row rule run
salad sale same sample sauce save saved saving scan scanned scanner schedule scheduled schema scheme scope
score screen search season seat second secondary secret section secure security segment select selected
selection self sell seller send sender sent sequence serial series server service session set setting
settled settlement shape share shared shift ship shipped shipping shop short show side sign signature signed
signedup signup silver simple since single site size skip sku slot slug small sms snapshot social some
something soon sort source spare special specification speed spend spending spent split sponsor stack
stackable stacking staff staffed stage stamp stand standard start started state static station stats status
step sticker stock stop store stored story stream street strict string style sub subject submitted
subscribed subscriber subscription subtotal subtotaled success successful suffix suggested suite sum summary
superseded supplier support surcharge surge surprise survey suspended swap swapped switch sync synced system
tab table tablet tag take takeout target task tax taxable taxes team telephone template temporary tenant
tender term terminal test tested text then third threshold thru ticket tier tiered till time timeout
timestamp timezone tip title to toast today toggle togo token top topic topping total touch track tracking
trade traffic transaction transfer transferred transferring transport travel trial trigger triggered true
try turn twitter type uber ubereats ui uid unattended unbanked unbanking undo unexpected unique unit unknown
unlock unlocked unmapped unredeemed unset unsubscribe unsubscribed until unverified unvested up update
updated upgrade upload upper url usage usd use used user username utc uuid valid validated validation
validity value variant variation vehicle vendor venue verification verified verify version vested via video
view virtual visible visit voice void voided volume voucher wait waiting wallet warning was waste watch
wearable weather web webhook website week weekly weight welcome what whatsapp when where which who whole why
widget width wifi window with within without word work workflow wrong year yearly yes yet zip zone
"""


def is_known(name: str) -> bool:
    """Whether each word of a name, parted by its capitals and by what is no letter, is a field's word.

    A plural is known by its singular, a long word by one letter too few, too many, wrong or swapped, since a
    misspelt field is what a check is there to show; single letters and names without a letter are known.
    """
    return all(_is_word(word.lower()) for word in _WORD.findall(name))


@functools.lru_cache(maxsize=10_000)
def _is_word(word: str) -> bool:
    known = _words()
    if len(word) == 1 or word in known or word.removesuffix("s") in known:
        return True
    return len(word) >= _LONG and any(_is_slip(word, each) for each in known if len(each) >= _LONG)


def _is_slip(word: str, meant: str) -> bool:
    """Whether one letter was dropped, added, changed, or swapped with the next."""
    start = 0
    while start < min(len(word), len(meant)) and word[start] == meant[start]:
        start += 1
    left, right = word[start:], meant[start:]
    swapped = left[1::-1] + left[2:]
    return right == swapped or left == right[1:] or left[1:] in (right, right[1:])


@functools.cache
def _words() -> frozenset[str]:
    found = set(_LISTED.split())
    pending: list[Any] = [contract.event_schema()]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            for name in node.get("properties", {}):
                found.update(word.lower() for word in _WORD.findall(name))
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return frozenset(found)
