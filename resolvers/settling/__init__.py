"""What is done about writes beside the requests: lost outcomes found out, held cases delivered, by one `worker`."""

__all__: list[str] = []
