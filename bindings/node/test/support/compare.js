// SPDX-License-Identifier: MIT
//
// differencesOf(a, b): the places at which two observations are not the same, each with what is
// there. A place is a path like "seen.child.1.2".

'use strict';

function isTree(value) {
  return typeof value === 'object' && value !== null;
}

// The order of names counts as well.
function walk(a, b, place, found) {
  if (!isTree(a) || !isTree(b) || Array.isArray(a) !== Array.isArray(b)) {
    if (a !== b) found.push({ place, node: a, ours: b });
    return;
  }
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const before = found.length;
  for (const name of names) walk(a[name], b[name], place ? `${place}.${name}` : name, found);
  const isOrdered = Object.keys(a).join('\n') === Object.keys(b).join('\n');
  if (found.length === before && !isOrdered) {
    found.push({ place, node: Object.keys(a), ours: Object.keys(b) });
  }
}

function differencesOf(a, b) {
  const found = [];
  walk(a, b, '', found);
  return found;
}

exports.differencesOf = differencesOf;
