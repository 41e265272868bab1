"""The degradations, one file each; ``srq.degrade.registry`` lists them."""
