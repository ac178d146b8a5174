'use strict';
/** Messages and stacks of failures as payloads, which are encrypted. In CommonJS: the SDK loads it by path, in the process and into the workflows' bundle. */
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
