"""Holds what another library was answered and sent, as it was written down, against the official types.

    python recorded.py FOLDER
"""

import json
import os
import pathlib
import re
import sys

import strict


def pattern(call):
    """A call without its ids: `GET /v1/invoices/{id}/lines`."""
    method, path = call.split(" ")
    steps = path.removeprefix("/v1/").split("/")
    return f"{method} /v1/" + "/".join("{id}" if re.search("[0-9A-Z]", step) else step for step in steps)


def main(folder):
    seen = [one for file in sorted(pathlib.Path(folder).glob("*.json")) for one in json.loads(file.read_text())]
    answers = [one for one in seen if one.get("status") == 200]
    events = [one for one in seen if "call" not in one]
    for one in answers + events:
        try:
            strict.check_answer(json.loads(one["body"]))
        except strict.Mismatch as mismatch:
            sys.exit(f"{one.get('call', 'an event')}: {mismatch}")
    calls = {pattern(one["call"]) for one in answers}
    print(f"{len(answers)} answers and {len(events)} events are as the types say, of {len(calls)} different calls")
    if len(calls) < int(os.environ.get("LEAST_CALLS", 0)) or not events:
        sys.exit("\n".join(["these are too few:", *sorted(calls)]))


if __name__ == "__main__":
    main(sys.argv[1])
