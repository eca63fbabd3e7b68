"""Bringing the tables up to date, and telling whether that was forgotten."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

# Two processes that start together migrate one after the other; any number will do.
_MIGRATION_LOCK = 8_562_023


def upgrade(engine: Engine) -> None:
    """Run the missing migrations in one transaction, all or none."""
    config = configuration()
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_behind(engine: Engine) -> bool:
    """Compare the database's revision with the newest one in this package."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return True
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return bool(revision != head)


def configuration() -> Config:
    """Make Alembic's configuration; there is no file for it."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config
