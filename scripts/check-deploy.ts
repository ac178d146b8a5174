import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../client/temporal-server/cache.js';
import { checkExecutable } from '../client/temporal-server/checks.js';
import { buildGoTool, type GoTool } from '../client/temporal-server/go-tool.js';
import { keptProgram } from '../client/temporal-server/kept-program.js';
import { firstThatWorks, toStandardError } from '../client/temporal-server/ways.js';

/**
 * `npm run check:deploy`: what `deploy` holds for other programs, checked by those programs: Prometheus's promtool (from Debian), Helm and kubeconform (built once
 * from their Go modules). Ends with 1 where something is wrong, and with 3 where a program is missing here.
 */

const DEPLOY = fileURLToPath(new URL('../deploy', import.meta.url));
const KUBERNETES = 'v1.34.2';
const HELM: GoTool = { name: 'helm', package: 'helm.sh/helm/v3/cmd/helm', version: 'v3.19.2', about: 'some minutes' };
const KUBECONFORM: GoTool = {
  name: 'kubeconform',
  package: 'github.com/yannh/kubeconform/cmd/kubeconform',
  version: 'v0.7.0',
  about: 'half a minute',
};
/** Of the chart, from the least that must be given to everything there is. */
const VALUES = ['one-broker', 'everything'];
/** Described by the operator that brings it, not by Kubernetes. */
const NOT_OF_KUBERNETES = 'ServiceMonitor';

/** Described as a string, and a number in JSON as well. */
const OF_TWO_TYPES = /\.(IntOrString|Quantity)$/;

let checks = 0;
let wrong = 0;
const missing: string[] = [];

monitoring();
await chart();
for (const text of missing) console.error(`NOT CHECKED: ${text}`);
console.log(`check:deploy: ${checks} checks, ${wrong} wrong, ${missing.length === 0 ? 'none' : 'some'} not carried out`);
process.exitCode = wrong > 0 ? 1 : missing.length > 0 ? 3 : 0;

/** Runs a check; false where it was not good, and null where the program is not there. */
function check(program: string, args: string[], cwd: string, input?: string): string | null {
  const { status, error, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', ...(input ? { input } : {}) });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null;
  checks += 1;
  if (status !== 0) {
    wrong += 1;
    console.error(`${program} ${args.join(' ')}\n${stdout}${stderr}`);
  }
  return stdout;
}

function monitoring(): void {
  const tried = [
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
    ['check', 'config', 'prometheus.yml'],
  ].map((args) => check('promtool', args, join(DEPLOY, 'monitoring')));
  if (tried.includes(null)) missing.push('deploy/monitoring: promtool is not installed here (scripts/system-packages.sh)');
}

async function chart(): Promise<void> {
  let helm: string;
  let kubeconform: string;
  let schemas: string;
  try {
    [helm, kubeconform, schemas] = [await built(HELM), await built(KUBECONFORM), await kubernetesSchemas()];
  } catch (error) {
    missing.push(`deploy/helm: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  for (const name of VALUES) {
    const given = ['--values', `ci/${name}-values.yaml`];
    check(helm, ['lint', '--strict', '--kube-version', KUBERNETES, '.', ...given], join(DEPLOY, 'helm'));
    const made =
      check(
        helm,
        ['template', 'billing', '.', '--namespace', 'billing', '--kube-version', KUBERNETES, ...given],
        join(DEPLOY, 'helm'),
      ) ?? '';
    const rules = [
      '-strict',
      '-summary',
      '-skip',
      NOT_OF_KUBERNETES,
      '-schema-location',
      `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`,
    ];
    console.log(check(kubeconform, rules, DEPLOY, made)?.trim());
  }
}

function built(tool: GoTool): Promise<string> {
  const kept = keptProgram(
    { name: `${tool.name}-${tool.version}`, file: tool.name, check: checkExecutable },
    process.env,
    toStandardError,
  );
  const build = kept.by('Go build', (file) => buildGoTool(tool, file, process.env, toStandardError));
  const advice = 'Install Go 1.26 or later (https://go.dev/dl) to have it built.';
  return firstThatWorks({ what: tool.name, advice }, [kept.way, build], toStandardError);
}

interface Definition {
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  properties?: Record<string, unknown>;
  additionalProperties?: unknown;
}

/** A folder with a JSON schema for each kind, from the description that Kubernetes has of itself in its Go module; unknown members are errors. */
async function kubernetesSchemas(): Promise<string> {
  const folder = join(cacheFolder(process.env), `kubernetes-schemas-${KUBERNETES}`);
  const mark = join(folder, 'complete');
  if (await isThere(mark)) return folder;
  const { status, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${KUBERNETES}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the description of Kubernetes could not be had: ${stderr}${stdout}`);
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  const { definitions } = JSON.parse(await readFile(join(Dir, 'api/openapi-spec/swagger.json'), 'utf8')) as {
    definitions: Record<string, Definition>;
  };
  for (const [name, definition] of Object.entries(definitions))
    if (OF_TWO_TYPES.test(name)) Object.assign(definition, { type: ['string', 'number'] });
  for (const definition of Object.values(definitions)) if (definition.properties) definition.additionalProperties ??= false;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'definitions.json'), JSON.stringify({ definitions }));
  for (const [name, { 'x-kubernetes-group-version-kind': kinds = [] }] of Object.entries(definitions)) {
    for (const { group, version, kind } of kinds) {
      const suffix = group === '' ? version : `${group.split('.')[0]}-${version}`;
      const schema = { $ref: `definitions.json#/definitions/${name}` };
      await writeFile(join(folder, `${kind}-${suffix}.json`.toLowerCase()), JSON.stringify(schema));
    }
  }
  await writeFile(mark, '');
  return folder;
}

async function isThere(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
