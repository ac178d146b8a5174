import { checkExecutable } from '../client/temporal-server/checks.js';
import { findTemporalServer } from '../client/temporal-server/find.js';
import { buildGoTool } from '../client/temporal-server/go-tool.js';
import { keptProgram } from '../client/temporal-server/kept-program.js';
import { firstThatWorks, type Say } from '../client/temporal-server/ways.js';

/** What Temporal's images hold, as paths: the server, the tool that makes its schema, and the command line. */
export interface TemporalPrograms {
  version: string;
  'temporal-server': string;
  'temporal-sql-tool': string;
  temporal: string;
}

/** `version` as in the image's tag: `1.32.0`. Where the user's cache has none, they are built from the published Go module: minutes, once. */
export async function findTemporalPrograms(version: string, say: Say): Promise<TemporalPrograms> {
  const server = await builtProgram('temporal-server', 'server', version, say);
  const tool = await builtProgram('temporal-sql-tool', 'tools/sql', version, say);
  const cli = await findTemporalServer({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, say });
  if (cli.kind !== 'executable') throw new Error('Temporal’s command line is needed as a program.');
  return { version, 'temporal-server': server, 'temporal-sql-tool': tool, temporal: cli.path };
}

function builtProgram(name: string, path: string, version: string, say: Say): Promise<string> {
  const tool = { name, package: `go.temporal.io/server/cmd/${path}`, version: `v${version}`, about: 'about five minutes' };
  const kept = keptProgram({ name: `${name}-${version}`, file: name, check: checkExecutable }, process.env, say);
  const build = kept.by('Go build', (file) => buildGoTool(tool, file, process.env, say));
  const advice = 'Install Go 1.26 or later (https://go.dev/dl) to have it built.';
  return firstThatWorks({ what: `${name} ${version}`, advice }, [kept.way, build], say);
}
