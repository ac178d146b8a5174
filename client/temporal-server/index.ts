/** A Temporal server for the demo, the tests and a laptop: found, downloaded or built, then started and stopped. */
export { findTemporalServer, findTestServer, type FindOptions, type TemporalServer } from './find.js';
export { startDevServer, type DevServer, type DevServerOptions } from './dev-server.js';
