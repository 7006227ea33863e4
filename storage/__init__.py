"""What the gateway keeps: one SQLite file, opened and migrated here.

`Database` gives transactions and reads; tables belong to whoever declares them as `Migrations`, numbered SQL
texts that are applied once, in order, and never edited afterwards. Nothing here knows what is stored.
"""

from storage.database import Database, Transaction
from storage.errors import StorageBusy, StorageConflict, StorageError, StorageMigrationError, StorageUnusable
from storage.group import GroupCommit
from storage.migrations import Migrations
from storage.watched import Watched

__all__ = [
    "Database",
    "GroupCommit",
    "Migrations",
    "StorageBusy",
    "StorageConflict",
    "StorageError",
    "StorageMigrationError",
    "StorageUnusable",
    "Transaction",
    "Watched",
]
