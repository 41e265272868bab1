"""An index of the uploads that an account has not ended: they are asked for as each one begins."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In the place of the index of all uploads of an account, most of which have ended."""
    op.drop_index("ix_upload_account_id", "upload")
    op.create_index("ix_upload_unfinished", "upload", ["account_id", "picture_id", "expires"])
