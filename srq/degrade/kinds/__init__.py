"""The degradations by family, one file each; ``srq.degrade.registry`` lists them."""
