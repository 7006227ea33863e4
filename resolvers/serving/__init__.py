"""What is served, and how it changes while it is: an `activation` of the files, the `graphs` it runs on, and the tasks that follow both."""

__all__: list[str] = []
