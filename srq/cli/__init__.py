"""The ``srq`` command line: one file per command group, named in ``srq.cli.commands``."""
