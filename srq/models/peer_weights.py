"""Public weights of other people's networks; none of them ship.

A file holds plain arrays under the names of the code that trained them. Their order is that of
the data path, as in our networks, so a peer is recognised by its first arrays and its settings
are read off the shapes.
"""

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch

from srq.errors import CheckpointError
from srq.files import storage_error
from srq.models.network import Network
from srq.models.registry import build


def load_peer(path: Path | str) -> Network:
    """The x2 network whose weights stand in ``path``: VDSR, FSRCNN or ESPCN.

    Raises CheckpointError if the file is damaged or of another network, StorageError if it
    cannot be read.
    """
    arrays = _read(Path(path))
    network = _network(arrays, path)
    parameters = dict(network.named_parameters())
    if [tuple(p.shape) for p in parameters.values()] != [a.shape for a in arrays.values()]:
        raise CheckpointError(
            f"The arrays of {path} do not have the shapes of {network.name};"
            " choose weights of VDSR, FSRCNN or ESPCN."
        )
    with torch.no_grad():
        for parameter, array in zip(parameters.values(), arrays.values(), strict=True):
            parameter.copy_(torch.from_numpy(array))
    return network.eval()


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            return dict(file)
    except OSError as error:
        raise storage_error("read", path, error) from error
    except (BadZipFile, ValueError, EOFError, TypeError, AttributeError):
        raise CheckpointError(f"{path} is damaged or no .npz file; fetch it again.") from None


def _network(arrays: dict[str, np.ndarray], path: Path | str) -> Network:
    names, shapes = list(arrays), [array.shape for array in arrays.values()]
    if names[:1] == ["conv0.weight"]:
        return build("vdsr", depth=len(arrays) // 2, width=shapes[0][0])
    if names[:2] == ["net.0.weight", "net.0.bias"] and len(shapes) == 6:
        return build("espcn", features=shapes[0][0], mapped=shapes[2][0], act="tanh", squash=True)
    if names[:3] == ["net.0.weight", "net.0.bias", "net.1.weight"] and len(shapes) >= 14:
        # Three arrays a layer: kernel, bias and slope; the last layer has no slope.
        mappings = (len(shapes) - 2) // 3 - 3
        return build(
            "fsrcnn",
            width=shapes[0][0],
            shrunk=shapes[3][0],
            mappings=mappings,
            shared_slope=shapes[2] == (1,),
        )
    raise CheckpointError(
        f"{path} holds no network known as a peer; choose weights of VDSR, FSRCNN or ESPCN."
    )
