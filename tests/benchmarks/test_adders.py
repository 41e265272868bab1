"""The study of adders counts what the Program and its graphs say."""

from benchmarks.studies.adders import SETS, counted, tables
from srq.adders import digits
from tests.kim_program import kim_program


def test_what_is_counted_of_a_program():
    program = kim_program()
    found = counted(program)
    assert found["digits"] == sum(
        len(digits(int(weight))) for conv in program.convs for weight in conv.weight.flat
    )
    assert found["ternary_bits"] < found["bits"]
    # Sharing leaves fewer adders than digits; the lines of the 3x3 kernels, and what joins hold.
    assert 0 < found["adders"] < found["digits"]
    lines = 1920 * 2 * (8 + 32 * 14 + 16 * 14)
    assert found["line_bits"] == lines + 4 * 32 * 14 + (3 * 1920 + 7) * 8


def test_the_table_has_a_row_for_each_program():
    rows = tables()["programs"].splitlines()
    assert rows[0].endswith(" | ".join(["", *SETS, ""]).strip())
    assert any(row.startswith("| kim-x2-fpga |") for row in rows)
