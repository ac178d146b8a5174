import { checkTemporalCli } from '../../client/temporal-server/checks.js';
import { TEMPORAL_CLI } from '../../client/temporal-server/find.js';
import { buildGoTool, type GoTool } from '../../client/temporal-server/go-tool.js';
import { keptProgram } from '../../client/temporal-server/kept-program.js';
import { firstThatWorks, toStandardError } from '../../client/temporal-server/ways.js';

/** The version of Temporal's server that the month of `npm run soak -- --upgrade` begins on. Its database is the same as that of the dev server's own version. */
export const EARLIER = '1.31.0';

/** The dev server with the server's module of that version in it. Whatever else the dev server is made of is compiled already where that one was built. */
const TOOL: GoTool = {
  ...TEMPORAL_CLI,
  name: `Temporal CLI with server ${EARLIER}`,
  replace: [...TEMPORAL_CLI.replace, `go.temporal.io/server=go.temporal.io/server@v${EARLIER}`],
  about: 'about 2 minutes on two cores',
};

/** A program like Temporal's CLI, whose dev server is of the earlier version; built from Go modules where the cache has none. */
export function findEarlierServer(): Promise<string> {
  const name = `temporal-${TEMPORAL_CLI.version.slice(1)}-server-${EARLIER}`;
  const kept = keptProgram({ name, file: 'temporal', check: checkTemporalCli }, process.env, toStandardError);
  const build = kept.by('Go build', (file) => buildGoTool(TOOL, file, process.env, toStandardError));
  const advice = 'Install Go 1.26 or later (https://go.dev/dl) to have it built.';
  return firstThatWorks({ what: TOOL.name, advice }, [kept.way, build], toStandardError);
}
