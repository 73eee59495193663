// SPDX-License-Identifier: MIT
'use strict';

/* The worker of registered.mjs; with --import it starts too late for what is sent at once. */

process.once('message', (message) => process.send(`${message}, answer`));
process.send('ready');
