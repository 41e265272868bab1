import json

import pytest

from srq.cli.app import main
from srq.cli.output import aligned

pytestmark = pytest.mark.usefixtures("probes")
RESULT = {"psnr": None, "rows": [1, 2.5, None]}


def test_without_the_option_only_people_are_served(capsys):
    assert main(["report"]) == 0
    assert capsys.readouterr() == ("for people\n", "")


def test_json_in_a_file(capsys, tmp_path):
    assert main(["report", "--json", str(tmp_path / "new" / "r.json")]) == 0
    assert json.loads((tmp_path / "new" / "r.json").read_text()) == RESULT
    assert capsys.readouterr() == ("for people\n", "")


def test_json_on_standard_output_stands_there_alone(capsys):
    assert main(["report", "--json", "-"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == RESULT
    assert err == "for people\n"


def test_json_in_a_place_that_cannot_be_written(capsys, tmp_path):
    assert main(["report", "--json", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"Cannot write {tmp_path}: it is a folder; name a file.\n"


def test_cells_are_aligned_and_lines_end_where_their_text_does():
    rows = [("op", "MACs", "what"), ("a", "7", "x"), ("long", "12", "")]
    assert aligned(rows, left=(0, 2)) == [
        "op    MACs  what",
        "a        7  x",
        "long    12",
    ]
