"""What is known of a city by having asked it: metrics, the days they add up to, badges, drills, and how its opening goes."""

__all__: list[str] = []
