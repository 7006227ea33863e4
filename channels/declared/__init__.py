"""What operators' files may hold, as frozen values: a city (`models`, `settings`), the register, agreements, the gateway's own.

Shapes only: what may stand together is decided in `checks`, where a city is found in `deployment`.
"""

__all__: list[str] = []
