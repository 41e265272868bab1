import pytest

from srq.errors import CheckpointError
from srq.train.weights import find_weights


def test_a_folder_without_weights_is_said_to_have_none(tmp_path):
    with pytest.raises(CheckpointError, match="holds neither model.safetensors nor a training"):
        find_weights(tmp_path)
