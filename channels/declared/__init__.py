"""What operators' files may hold, as frozen values: a city (`models`), the register, agreements, the gateway's own.

Of a city, `backends` and `auth` have modules of their own, as have one `operation`, its `mapping`, and a `rollout`; `models`
offers all of them.  `strict_model` is what the models of every file share.

Shapes only: what may stand together is decided in `checks`, where a city is found in `deployment`.
"""

__all__: list[str] = []
