import io

from rich.console import Console

from srq.runs.progress import Display

LOSS = {"step": 100, "loss": 0.02, "lr": 1e-3, "steps_per_second": 50.0}
SCORE = {"step": 100, "psnr": {"train": 30.0, "[b]Set5": 36.75}}


def shown(terminal, *entries):
    screen = io.StringIO()
    display = Display(Console(file=screen, force_terminal=terminal, width=120, color_system=None))
    display.say("Preparing [bold].")
    display.began(0, 9100)
    for entry in entries:
        display.advanced(entry)
    display.ended()
    return screen.getvalue()


def test_away_from_a_terminal_there_are_plain_lines():
    lines = shown(False, LOSS, SCORE).splitlines()
    assert lines[0] == "Preparing [bold]."
    assert lines[1] == "step 100/9100  loss 0.02000  50.0 steps/s  0:03:00 left"
    assert lines[2] == "step 100/9100  loss 0.02000  50.0 steps/s  train 30.00 dB  [b]Set5 36.75 dB"


def test_plain_lines_do_not_come_faster_than_they_are_read():
    assert len(shown(False, *[LOSS] * 50).splitlines()) == 2


def test_a_terminal_shows_one_line_with_all_figures():
    screen = shown(True, LOSS, SCORE)
    assert "100/9100" in screen
    assert "loss 0.02000  50.0 steps/s  train 30.00 dB  [b]Set5 36.75 dB" in screen
