"""One write to one city: `acting` asks it, `once` makes it happen once, `attempt` and `held` keep it until its end is known."""

__all__: list[str] = []
