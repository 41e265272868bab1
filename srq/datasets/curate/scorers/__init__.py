"""The scorers, one file each; ``srq.datasets.curate.scorers.registry`` lists them."""
