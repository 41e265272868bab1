"""The networks of restoration, one file each; ``load`` gives a trained one.

No network has a normalisation layer, whose statistics would make tiles differ from the whole
picture. All take and give float32 tensors (N, C, H, W) of 0 to 1.

A network gives the same bits for the same surroundings wherever they lie in a window, but for
those nearer to its border than ``reach``, and only among windows of one size whose corners lie on
multiples of ``multiple``: at another size torch may add in another order. So tiles that are to
agree to the bit go through the network in windows of one fixed size.
"""

from srq.restore.networks.shipped import load, names

__all__ = ["load", "names"]
