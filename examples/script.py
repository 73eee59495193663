# SPDX-License-Identifier: MIT
"""Adds up its arguments, step by step, and says on stderr that it is done."""
import sys

total = 0
for word in sys.argv[1:]:
    total += int(word)
    print(f"+ {word} = {total}")
print("done", file=sys.stderr)
