"""What operators see of a running gateway (`oversight`) and do to it (`operating`, `orders`)."""

__all__: list[str] = []
