import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * Asks the worker for its metrics once a second while a drill is played, as Prometheus does, and says which alerts of `deploy/monitoring` would be raised if what
 * was seen lasted: a drill lasts seconds, and alerts wait for minutes to a day. Prometheus's own program decides.
 */
interface Seen {
  /** What the port said; null: nothing. */
  text: string | null;
  at: number;
}

const EVERY_MS = 1_000;
/** As Prometheus itself. */
const WITHIN_MS = 10_000;
/** Faults are looked for once a minute (`worker/sentinel.ts`). */
const RAISED_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 5_000;
const ALERTS = fileURLToPath(new URL('../../deploy/monitoring/alerts.yml', import.meta.url));
/** Series that alerts are about, but for those that need a day of their own. */
const SERIES =
  /^(?:billing_(?!run_ended|autotask_calls_(?:limit|used))\w+|temporal_(?:num_pollers|worker_task_slots_available|workflow_task_execution_failed_total))\{/;
const HOLDS_THE_LEASE = /^billing_lease_held\{[^}]*\} 1$/m;
const GROWING = /_total\{/;
const READ_AT = /^billing_figures_read_timestamp_seconds\{/;
/** Figures are read again every 15 seconds, and later where reading takes long. */
const OLD_AFTER_S = 90;
const MINUTES = 180;
/** `MoneyHeld` waits for a day. */
const LONG_MINUTES = 1_500;
const OF_A_DAY = /^billing_month_lines\{/;

export class Recorder {
  private readonly seen = new Map<string, Seen>();
  private isOver = false;
  private isServing = false;
  private readonly done: Promise<void>;

  constructor(private readonly url: string) {
    this.done = this.watch();
  }

  /** Names of the alerts, that one among them if it comes in time; null where Prometheus's program is not there. */
  async raised(wanted?: string): Promise<string[] | null> {
    for (const deadline = Date.now() + RAISED_WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
      const names = await alertsOf([...this.seen.values()]);
      if (names !== null && wanted !== undefined && !names.includes(wanted) && Date.now() < deadline) continue;
      this.isOver = true;
      await this.done;
      return names;
    }
  }

  /** Waits until the worker's figures say that it serves. */
  async hasSeenLease(): Promise<void> {
    for (const deadline = Date.now() + RAISED_WITHIN_MS; !this.isServing; await sleep(EVERY_MS))
      if (Date.now() > deadline) throw new Error('The worker’s figures did not say that it holds the lease.');
  }

  close(): void {
    this.isOver = true;
  }

  private async watch(): Promise<void> {
    while (!this.isOver) {
      const text = await fetch(this.url, { signal: AbortSignal.timeout(WITHIN_MS) })
        .then((answer) => answer.text())
        .catch(() => null);
      this.isServing ||= text !== null && HOLDS_THE_LEASE.test(text);
      // What is only about to begin is not a fault yet.
      if (this.isServing) this.note({ text, at: Date.now() });
      await sleep(EVERY_MS);
    }
  }

  /** Of figures that say the same to every alert one is enough. */
  private note(seen: Seen): void {
    const key = seriesOf(seen)
      .map(([series, values]) => `${series} ${values.replace(/^[\d.]+(?=x)/, (value) => (Number(value) > 0 ? '+' : '0'))}`)
      .join('\n');
    if (!this.seen.has(key)) this.seen.set(key, seen);
  }
}

/** Series with values in promtool's notation, as if they stayed as they were seen. */
function seriesOf({ text, at }: Seen): [series: string, values: string][] {
  const up: [string, string] = ['up{job="billing",instance="worker:9464"}', `${text === null ? 0 : 1}x${MINUTES}`];
  const lines = (text ?? '').split('\n').filter((line) => SERIES.test(line));
  return [up, ...lines.flatMap((line) => lasting(line, at))];
}

function lasting(line: string, at: number): [string, string][] {
  const end = line.lastIndexOf('} ') + 1;
  const [series, value] = [line.slice(0, end), Number(line.slice(end))];
  if (Number.isNaN(value)) return [];
  if (READ_AT.test(series)) return [[series, at / 1000 - value > OLD_AFTER_S ? `0x${MINUTES}` : `0+60x${MINUTES}`]];
  return [
    [series, GROWING.test(series) ? `0+${value}x${MINUTES}` : `${value}x${OF_A_DAY.test(series) ? LONG_MINUTES : MINUTES}`],
  ];
}

async function alertsOf(seen: Seen[]): Promise<string[] | null> {
  const folder = await mkdtemp(join(tmpdir(), 'billing-alerts-'));
  try {
    const file = join(folder, 'seen.test.yml');
    const tests = seen.flatMap((one) => [
      testOf(seriesOf(one), MINUTES),
      testOf(
        seriesOf(one).filter(([series]) => OF_A_DAY.test(series)),
        LONG_MINUTES,
      ),
    ]);
    await writeFile(file, JSON.stringify({ rule_files: [ALERTS], evaluation_interval: '1m', tests }));
    const said = await promtool(file);
    return said === null
      ? null
      : [
          ...new Set(
            Array.from(said.matchAll(/got:.*/g), ([got]) =>
              Array.from(got.matchAll(/alertname=\\?"(\w+)/g), ([, name = '']) => name),
            ).flat(),
          ),
        ].sort();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Expects no alert, so that promtool says which there are. */
const testOf = (series: [string, string][], minutes: number): unknown => ({
  interval: '1m',
  input_series: series.map(([name, values]) => ({ series: name, values })),
  promql_expr_test: [{ expr: 'count by (alertname) (ALERTS{alertstate="firing"})', eval_time: `${minutes}m`, exp_samples: [] }],
});

function promtool(file: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('promtool', ['test', 'rules', file], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? null : `${stdout}${stderr}`),
    );
  });
}
