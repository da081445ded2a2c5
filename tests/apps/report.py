#!/usr/bin/python3
"""report.py BUILD [DOCUMENT]: puts what apps.py left into BUILD/apps/result.json, a page that shows the pictures side by
side, and the table in DOCUMENT, between its two marks.
"""
import html
import json
import subprocess
import sys
from pathlib import Path

BEGIN, END = "<!-- results: written by tests/apps/report.py -->", "<!-- end of results -->"


def came_back(row):
    return 0 < row["runs"] == row["passed"] and row.get("moved", True)


def rows_in(folder):
    """One for each program of the matrix, tried or not."""
    rows = {row["program"]: row for row in (json.loads(path.read_text()) for path in folder.glob("*/result.json"))}
    for name in subprocess.run([sys.executable, Path(__file__).with_name("apps.py"), "--list"], capture_output=True,
                               text=True, check=True).stdout.split():
        rows.setdefault(name, {"program": name, "version": None, "notes": "", "runs": 0, "passed": 0,
                               "reason": "was not tried"})
    return [rows[name] for name in sorted(rows)]


def page(rows):
    parts = ["<!doctype html><meta charset=utf-8><title>Entracte: programs before and after</title>",
             "<style>img{width:32%;border:1px solid #888}body{font-family:sans-serif}</style>"]
    for row in rows:
        name = html.escape(row["program"])
        state = "came back" if came_back(row) else html.escape(row["reason"])
        parts.append(f"<h2>{name} {html.escape(row['version'] or '')}: {state}</h2>")
        parts += [f"<img src='{name}/{when}.png' alt='{when}' title='{when}'>" for when in ("before", "after", "used")]
    return "\n".join(parts) + "\n"


def table(rows):
    lines = ["| Program | Version | Came back | Moved | Processes | Image MB | Frozen ms | Resume ms | Notes |",
             "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        good = came_back(row)
        notes = row["notes"] if good else f"{row['notes']}; {row['reason']}".strip("; ")
        lines.append(f"| {row['program']} | {row['version'] or ''} | {row['passed']}/{row['runs']} | "
                     f"{ {True: 'yes', False: 'no', None: ''}[row.get('moved')]} | "
                     f"{row.get('processes', '')} | {row.get('image_bytes', 0) / 1e6:.0f} | "
                     f"{row.get('frozen_ms', '')} | {row.get('resume_ms', '')} | {notes.replace('|', '/')} |")
    return "\n".join(lines)


def main():
    folder = Path(sys.argv[1]) / "apps"
    rows = rows_in(folder)
    (folder / "result.json").write_text(json.dumps({"rows": rows}, indent=2) + "\n")
    (folder / "index.html").write_text(page(rows))
    if len(sys.argv) > 2:
        document = Path(sys.argv[2])
        before, _, rest = document.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        document.write_text(f"{before}{BEGIN}\n\n{table(rows)}\n\n{END}{after}")
    print(f"{sum(map(came_back, rows))} of {len(rows)} programs came back each time. "
          f"Look at {folder / 'index.html'}.")


if __name__ == "__main__":
    main()
