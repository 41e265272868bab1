"""Runs: long work that takes steps, writes down how it goes, and resumes where it stopped.

Nothing here knows a network or a data set: training, quantization-aware training and whatever
else learns hand ``loop`` a learner. ``folder`` keeps the log (``record``), the curves and the
states to go on from; ``progress`` is what a person sees.
"""
