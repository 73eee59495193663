// SPDX-License-Identifier: MIT
//
// A reporter for node:test that names what failed, and counts.

'use strict';

function reason(error) {
  const cause = error && error.cause;
  return String((cause && cause.message) || (error && error.message) || error);
}

module.exports = async function* report(source) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details && data.details.type === 'suite') continue;
    if (data.skip !== undefined) {
      counts.skipped++;
      yield `skipped: ${data.name}: ${data.skip}\n`;
    } else if (type === 'test:pass') {
      counts.passed++;
    } else {
      counts.failed++;
      yield `FAILED: ${data.name}\n    ${reason(data.details.error).replace(/\n/g, '\n    ')}\n`;
    }
  }
  const { passed, failed, skipped } = counts;
  yield `addon: ${passed} passed, ${failed} failed, ${skipped} skipped\n`;
};
