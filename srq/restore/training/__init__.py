"""The training of restoration: ``srq train restore``, one stage after the other."""
