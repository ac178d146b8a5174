'use strict';
/** Says at the end of a process which of OpenTelemetry's files it has loaded. */
process.on('exit', () => {
  const loaded = Object.keys(require.cache).filter((path) => path.includes('@opentelemetry/'));
  process.stderr.write(`\nloaded of OpenTelemetry: ${loaded.length}\n`);
});
