// SPDX-License-Identifier: MIT
//
// What common.c does for the contenders in C: the clock, and the line that is printed.
import fs from 'node:fs';
import process from 'node:process';

const FEWEST = 5;

export const nanoseconds = () => performance.now() * 1e6;

export function fail(text) {
  console.error(text);
  process.exit(1);
}

export function leave(unit, median, mean, count) {
  fs.writeSync(1, `${unit} ${median.toFixed(4)} ${mean.toFixed(4)} ${count}\n`);
  process.exit(0);
}

// A function to be called with each span that was measured. A third of the time is for warming up;
// at the end it calls done(median, mean, count), which leaves.
export function collectSpans(milliseconds, done) {
  const budget = milliseconds * 1e6;
  const warmUntil = nanoseconds() + budget / 3;
  const spans = [];
  let warm = 0;
  let begin = 0;
  return (span) => {
    const now = nanoseconds();
    if (!begin) {
      if (++warm >= FEWEST && now >= warmUntil) begin = now;
      return;
    }
    spans.push(span);
    if (spans.length < FEWEST || now < begin + budget) return;
    const sum = spans.reduce((a, b) => a + b);
    spans.sort((a, b) => a - b);
    done(spans[spans.length >> 1], sum / spans.length, spans.length);
  };
}

// A function to be called before the first and after each of what is measured.
export function collectLaps(milliseconds, done) {
  const add = collectSpans(milliseconds, done);
  let last = 0;
  return () => {
    const now = nanoseconds();
    if (last) add(now - last);
    last = now;
  };
}

// The same, where each is a block of so many: prints how many went in a second.
export function collectBlocks(milliseconds, length) {
  return collectLaps(milliseconds, (median, mean, count) => {
    leave('/s', length * 1e9 / median, length * 1e9 / mean, count * length);
  });
}
