"""What the stored file, the original and the preview of a picture take, for the dashboard."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = ("stored", "original", "preview")


def upgrade() -> None:
    """Add the columns, filled, and the indexes that have all that is searched and summed."""
    for part in PARTS:
        column = sa.Column(f"{part}_bytes", sa.BigInteger(), nullable=False, server_default="0")
        op.add_column("picture", column)
    size = "(SELECT size FROM blob WHERE sha256 = picture.{})"
    op.execute(
        f"UPDATE picture SET stored_bytes = COALESCE({size.format('stored')}, 0)"
        f" + LENGTH(COALESCE(record, '')), preview_bytes = COALESCE({size.format('preview')}, 0)"
    )
    op.execute(
        f"UPDATE picture SET original_bytes = COALESCE({size.format('original')}, 0)"
        " WHERE original IS DISTINCT FROM stored"
    )
    op.drop_index("ix_picture_trashed", "picture")
    in_trash = sa.text("trashed IS NOT NULL")
    op.create_index(
        "ix_picture_trashed",
        "picture",
        ["trashed"],
        sqlite_where=in_trash,
        postgresql_where=in_trash,
    )
    op.drop_index("ix_picture_listed", "picture")
    op.create_index(
        "ix_picture_listed", "picture", ["account_id", "trashed", "created", "id", "name"]
    )
    op.create_index(
        "ix_picture_sums",
        "picture",
        [
            "account_id", "state", "way", "ssimulacra2", "came", "bytes",
            *(f"{part}_bytes" for part in PARTS),
        ],
    )  # fmt: skip
