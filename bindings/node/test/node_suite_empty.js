// SPDX-License-Identifier: MIT
'use strict';

/* A preload that does nothing: what a file does with this, it does because of --require. */
