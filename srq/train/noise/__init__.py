"""Training of ``learned`` noise: LUD-VAE, from a folder of clean pictures and one of noisy ones.

The two need not show the same things. "Learn from Unpaired Data for Image Restoration: A
Variational Bayes Approach" (Zheng et al., IEEE TPAMI 2023) describes it; the network is written
anew here. ``srq.degrade.noise_model.learned`` runs the result without torch.
"""
