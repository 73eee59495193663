// SPDX-License-Identifier: MIT
//
// all.js [WORD...]: every test of the add-on, or those whose names hold a word.

'use strict';

require('./compare');
require('./alone');
