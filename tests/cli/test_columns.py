from srq.cli.columns import columns


def test_cells_are_aligned_and_lines_end_where_their_text_does():
    rows = [("op", "MACs", "what"), ("a", "7", "x"), ("long", "12", "")]
    assert columns(rows, left=(0, 2)) == [
        "op    MACs  what",
        "a        7  x",
        "long    12",
    ]
