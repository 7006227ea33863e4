"""What is known of a city by having asked it: metrics, the days they add up to, badges, drills, how its opening goes; and how the
processes over one store know of each other's figures (`sharing`)."""

__all__: list[str] = []
