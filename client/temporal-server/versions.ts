/** What is fetched or built where nothing is installed. Update them one at a time, each followed by `npm run check`. */

/** Temporal CLI with the dev server: server 1.31.2, Web UI 2.50.1. */
export const TEMPORAL_CLI_VERSION = '1.8.2';

/** SHA-256 of its archives by Node's platform and processor, as `checksums.txt` of the release has them. They change with the version. */
export const TEMPORAL_CLI_SUMS: Record<string, string> = {
  'linux-x64': 'd8421bda989e6514b4bdb4d63a9012a8a05a806892e881a5aad8510496349a94',
  'linux-arm64': '83600a8fac6e3da54093e5da6918d399f501532b9f1172235603f9606f4ac6e4',
  'darwin-x64': '489d7f5420cae02b559774ac23df035141954c33a51dba96f5759a0ddccdf1b6',
  'darwin-arm64': 'dacdc3587682c04cf27e67c8878ca2d755230b6ad63c0c6ebddd7348ae90ed94',
  'win32-x64': 'c845948aa4ab3b1a3643f9fea6d1cd691188bc31513de5f2dc5f7eceea25f22a',
  'win32-arm64': 'da78339510b1f91a8212ff247940d3b1dd3022ccfa00add400359311f941697e',
};

/** The CLI's go.mod replaces its own `cliext` by a folder, which `go get` cannot follow: this is the commit that belongs to the version. */
export const TEMPORAL_CLIEXT_VERSION = 'v0.0.0-20260731000218-c579925f193f';

/** Java test server that skips time. */
export const TEST_SERVER_VERSION = '1.38.0';

/**
 * SHA-256 of its archive, as others pinned it who had downloaded it: its release has no checksums. Where nobody has a sum it is put together with Maven, which
 * checks what it fetches.
 */
export const TEST_SERVER_SUMS: Record<string, string> = {
  'linux-x64': '41df834fe8e1ac59619e13908f41b63e4d1054f37634a2f89033d8cf6af71b96',
};
