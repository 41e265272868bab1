"""Damage to prints and film, one file each; ``masks`` tells where a damage is."""
