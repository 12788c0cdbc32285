"""Hands out unique ids, over Maelstrom's protocol: the name of the node, and a number.

    simrun run --program 'python3 ids.py' --native --workload unique-ids

The number is kept in memory, so that it begins anew after a crash: the bug to find. With the argument "durable" the node takes numbers in
blocks of 100, and puts the end of a block on disk before it uses any of it.
"""
import json
import os
import sys

durable = sys.argv[1:] == ["durable"]
last = limit = 0  # the number that was used last, and the last of the block


def save():
    """Puts the end of the block on disk. A crash leaves the old file or the new one, whole."""
    with open("last-id.new", "w") as f:
        f.write(str(limit))
        f.flush()
        os.fsync(f.fileno())
    os.rename("last-id.new", "last-id")
    folder = os.open(".", os.O_RDONLY)  # the new name is on disk when the folder is
    os.fsync(folder)
    os.close(folder)


def load():
    """Goes on after the last block that is on disk."""
    global last, limit
    try:
        with open("last-id") as f:
            last = limit = int(f.read())
    except FileNotFoundError:
        pass


def next_number():
    global last, limit
    if durable and last == limit:
        limit += 100
        save()
    last += 1
    return last


for line in sys.stdin:
    m = json.loads(line)
    body = {"in_reply_to": m["body"]["msg_id"]}
    if m["body"]["type"] == "init":
        load()
        body["type"] = "init_ok"
    elif m["body"]["type"] == "generate":
        body["type"] = "generate_ok"
        body["id"] = f'{m["dest"]}-{next_number()}'
    print(json.dumps({"src": m["dest"], "dest": m["src"], "body": body}), flush=True)
