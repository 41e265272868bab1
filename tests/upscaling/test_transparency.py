import numpy as np
import pytest

from srq.upscaling.transparency import colour_clear_pixels


def line(*values, dtype=np.uint8):
    return np.array([values], dtype)


def test_an_opaque_picture_comes_back_as_it_is():
    pixels = line(1, 2, 3)
    assert colour_clear_pixels(pixels, line(255, 255, 32), 4) is pixels


@pytest.mark.parametrize("top", [255, 65535])
def test_clear_pixels_take_the_colour_beside_them_as_far_as_depth(top):
    dtype = np.uint8 if top == 255 else np.uint16
    pixels = line(9, 9, 9, 100, 9, 9, 9, 9, dtype=dtype)
    alpha = line(0, 0, 0, top, 0, 0, 0, 0, dtype=dtype)
    made = colour_clear_pixels(pixels, alpha, 2)
    assert made.tolist() == [[9, 100, 100, 100, 100, 100, 9, 9]]
    assert made.dtype == dtype
    assert pixels[0, 0] == 9


def test_between_two_colours_lies_their_average_rounded():
    made = colour_clear_pixels(line(10, 0, 21), line(255, 0, 255), 1)
    assert made.tolist() == [[10, 16, 21]]


def test_faint_pixels_are_mixed_with_their_neighbours():
    # Trust is eight times alpha: 16 * 8 = 128 of 255. The neighbourhood weighs its members alike.
    average = (128 * 0 + 255 * 200 + (128 + 255) // 2) // (128 + 255)
    mixed = (128 * 0 + 127 * average + 127) // 255
    made = colour_clear_pixels(line(0, 200), line(16, 255), 3)
    assert made.tolist() == [[mixed, 200]]


def test_colours_keep_apart():
    pixels = np.array([[[250, 3, 7], [0, 0, 0]]], np.uint8)
    made = colour_clear_pixels(pixels, line(255, 0), 1)
    assert made.tolist() == [[[250, 3, 7], [250, 3, 7]]]


def test_a_picture_clear_all_over_is_left_alone():
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(colour_clear_pixels(pixels, np.zeros((3, 4), np.uint8), 5), pixels)
