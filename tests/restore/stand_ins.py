"""Networks that stand in for trained ones: small, and with an answer that can be foretold."""

from types import SimpleNamespace

import torch
from torch import nn


class Lighter:
    """Asks for twice the light of every picture."""

    def __init__(self, needed=5.0):
        self.needed = needed
        self.seen = None

    def __call__(self, thumbnails):
        self.seen = thumbnails
        curves = torch.linspace(0, 2, 17).expand(1, 3, 17)
        matrix, needed = torch.eye(3)[None], torch.tensor([self.needed])
        return SimpleNamespace(curves=curves, matrix=matrix, needed=needed)


class WhiteIsDamage:
    """Finds what is nearly white, or lighter than ``light``."""

    multiple, reach, scales = 4, 0, 1
    threshold = torch.tensor(0.5)

    def __init__(self, light=0.99, enough=0.0):
        self.light = light
        self.enough = torch.tensor(enough)

    def look(self, pictures):
        return 1000 * (pictures.amin(1, keepdim=True) - self.light)


class Where(nn.Module):
    """Finds what ``logit`` says of pictures (N, 3, H, W); it can be measured as it stands."""

    multiple, reach, scales = 4, 0, 1

    def __init__(self, logit, threshold=0.5):
        super().__init__()
        self.logit = logit
        self.register_buffer("threshold", torch.tensor(threshold))
        self.register_buffer("enough", torch.tensor(0.0))

    def look(self, pictures):
        return self.logit(pictures)


class Judge:
    """Takes what was filled in where the picture is light, and keeps the rest of it as it is;
    ``seen`` are its last picture, filled picture and mask."""

    multiple, reach = 4, 0

    def __init__(self, light=0.99):
        self.light = light
        self.seen = None

    def remember(self, picture, filled, mask):
        """Nothing."""

    def __call__(self, picture, filled, mask, memory):
        self.seen = picture, filled, mask
        return torch.where(picture.amin(1, keepdim=True) > self.light, filled, picture)


class Spread(nn.Module):
    """Adds what a few convolutions, drawn by lot, make of all that it is given."""

    multiple = 4
    reach = 4

    def __init__(self, gain=0.1):
        super().__init__()
        torch.manual_seed(1)
        self.gain = gain
        self.layers = nn.Sequential(nn.Conv2d(7, 8, 5, padding=2), nn.Conv2d(8, 3, 5, padding=2))
        self.requires_grad_(False)

    def remember(self, picture, filled, mask):
        return torch.cat([picture, filled, mask], 1).mean((2, 3), keepdim=True)

    def forward(self, picture, filled, mask, memory):
        seen = torch.cat([picture, filled, mask], 1) - memory
        return filled + self.gain * self.layers(seen)
