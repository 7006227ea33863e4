"""What operators see of a running gateway (`overseeing`, which gives an `oversight`) and do to it (`controls`, `orders`)."""

__all__: list[str] = []
