"""Training: from a configuration to a checkpoint, resumable at any step.

``config`` says what a training may be told; ``run`` starts or resumes one; ``trainer`` takes
the steps and ``folder`` writes them down; ``weights`` finds what was delivered.
"""
