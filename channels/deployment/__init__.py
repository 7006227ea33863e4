"""The operators' room as one value: `room` reads it, a `folder` for each city under its `overlays`, and `snapshot` freezes it.

`instead` puts earlier files (`editions`) in the place of what stands there; `differences` compares two of them.
"""

__all__: list[str] = []
