"""Training: from a configuration to a checkpoint, resumable at any step.

``config`` says what a training may be told; ``run`` opens or resumes a run folder; ``loop``
takes the steps; ``checkpoint`` holds what a training delivers, and ``load_model`` reads it.
"""
