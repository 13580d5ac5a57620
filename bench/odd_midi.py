"""How many damaged or odd MIDI files can be looked at and rendered, and how the others are refused.

python bench/odd_midi.py ../shared/data
"""

import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from aoede.cli import main as run


def main() -> None:
    folder = Path(sys.argv[1]) / "midi_odd" / "files"
    codes: Counter[tuple[str, int]] = Counter()
    slowest: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as out:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            for command, suffix in (("look", ".png"), ("render", ".wav")):
                target = Path(out) / f"{len(codes)}{suffix}"
                said, began = StringIO(), time.perf_counter()
                with redirect_stdout(said), redirect_stderr(said):
                    code = run([command, str(file), "-o", str(target), "--force"])
                slowest[command] = max(slowest.get(command, 0.0), time.perf_counter() - began)
                assert "Traceback" not in said.getvalue(), file
                assert target.exists() == (code == 0), file
                target.unlink(missing_ok=True)
                codes[command, code] += 1
    for (command, code), n in sorted(codes.items()):
        print(f"{command:<8} exit {code:<3} {n} files; slowest {slowest[command]:.1f} s")


if __name__ == "__main__":
    main()
