/** What is fetched or built where nothing is installed. Moving one of these is a change of its own, with `npm run check` after it. */

/** Temporal CLI with the dev server: server 1.31.2, Web UI 2.50.1. */
export const TEMPORAL_CLI_VERSION = '1.8.2';

/** The CLI's go.mod replaces its own `cliext` by a folder, which `go get` cannot follow: this is the commit that belongs to the version. */
export const TEMPORAL_CLIEXT_VERSION = 'v0.0.0-20260731000218-c579925f193f';

/** Java test server that skips time. */
export const TEST_SERVER_VERSION = '1.38.0';
