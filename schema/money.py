"""An amount and its currency."""

import strawberry

from schema.scalars import Decimal


@strawberry.type(description="金额。 An amount of money.")
class Money:
    amount: Decimal
    currency: str
