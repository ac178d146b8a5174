import type { Evidence } from '../evidence/index.js';
import type { Notice } from './notice.js';
import { send, type Channel, type MailedFile } from './send.js';
import type { NoticeSettings } from './settings.js';

/**
 * A message goes out at most once per run: what is about to be sent is written down first, so that a repeated activity finds it and sends nothing. A crash
 * in between loses a message rather than sending it twice; the state says so.
 */
export interface NoticeRecord {
  run: string;
  at: string;
  notice: Notice | null;
  channels: { channel: Channel; state: 'sending' | 'sent' | 'failed'; message: string | null }[];
}

export interface RunRecord {
  run: string;
  asOf: string;
  endedAt: string;
  /** End of the run before. */
  previousEndedAt: string | null;
}

const noticeName = (broker: string, run: string): string => `notices/${broker}/${run}`;
const latestName = (broker: string): string => `notices/${broker}`;
const runName = (broker: string): string => `runs/${broker}`;

export const readLatestNotice = (evidence: Evidence, broker: string): Promise<NoticeRecord | null> =>
  read<NoticeRecord>(evidence, latestName(broker));

export const readLatestRun = (evidence: Evidence, broker: string): Promise<RunRecord | null> =>
  read<RunRecord>(evidence, runName(broker));

async function read<T>(evidence: Evidence, name: string): Promise<T | null> {
  const ref = await evidence.pointer(name);
  return ref === null ? null : evidence.get<T>(ref);
}

interface RecordRunInput {
  broker: string;
  run: string;
  asOf: string;
  endedAt: string;
}

/** Writes down that a run has ended. The same run again changes nothing. */
export async function recordRun(evidence: Evidence, { broker, run, asOf, endedAt }: RecordRunInput): Promise<RunRecord> {
  const latest = await readLatestRun(evidence, broker);
  if (latest?.run === run) return latest;
  const record: RunRecord = { run, asOf, endedAt, previousEndedAt: latest?.endedAt ?? null };
  await evidence.point(runName(broker), await evidence.put(record));
  return record;
}

/** What a mail has beyond the notice: a longer list; a file, which makes it a mail of its own and not the run's notice. */
export interface Mailed {
  letter?: Notice | null;
  file?: MailedFile;
}

interface SendOnceInput {
  broker: string;
  occasion: { run: string; at: string };
  notice: Notice | null;
  channels: Channel[];
  settings: NoticeSettings;
}

/** Sends the run's notice by every channel, or finds that it was sent. Never throws because of a channel. */
export async function sendOnce(
  evidence: Evidence,
  { broker, occasion: { run, at }, notice, channels, settings }: SendOnceInput,
  mailed: Mailed = {},
): Promise<NoticeRecord> {
  const before = await read<NoticeRecord>(evidence, noticeName(broker, run));
  if (before) return before;
  const record: NoticeRecord = { run, at, notice, channels: [] };
  for (const channel of notice === null ? [] : channels) {
    const entry: NoticeRecord['channels'][number] = { channel, state: 'sending', message: null };
    record.channels.push(entry);
    await keep(evidence, broker, record, mailed);
    const said = channel === 'mail' ? (mailed.letter ?? notice!) : notice!;
    Object.assign(entry, await outcomeOf(send(channel, said, settings, mailed.file ?? null)));
  }
  await keep(evidence, broker, record, mailed);
  return record;
}

async function keep(evidence: Evidence, broker: string, record: NoticeRecord, { file }: Mailed): Promise<void> {
  const ref = await evidence.put(record);
  await evidence.point(noticeName(broker, record.run), ref);
  if (file === undefined) await evidence.point(latestName(broker), ref);
}

const outcomeOf = async (sending: Promise<void>): Promise<{ state: 'sent' | 'failed'; message: string | null }> =>
  sending.then(
    () => ({ state: 'sent', message: null }),
    (error: unknown) => ({ state: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );

/** One line for anyone who looks at the state of things: null when every message went out. */
export function troubleOf(record: NoticeRecord | null): string | null {
  const lost = record?.channels.filter(({ state }) => state !== 'sent') ?? [];
  if (lost.length === 0) return null;
  const texts = lost.map(
    ({ channel, state, message }) => `${channel}: ${state === 'failed' ? message : 'interrupted, not sent again'}`,
  );
  return `The notice of ${record!.at} did not go out (${texts.join('; ')}): ${record!.notice?.title}`;
}
