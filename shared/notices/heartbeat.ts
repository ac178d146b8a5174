import { knock } from '../http/knock.js';
import type { NoticeSettings } from './settings.js';

/** A dead man's switch: an address that is asked after every good run, and somebody else's alarm when it was not. */

const WITHIN_MS = 15_000;

/** Null when it was heard, or none is set; else why not, without the address, which is a key. One try: the next run asks again. */
export async function beat({ heartbeat }: Pick<NoticeSettings, 'heartbeat'>): Promise<string | null> {
  if (heartbeat === null) return null;
  const url = new URL(heartbeat.reveal());
  try {
    const { status } = await knock({ method: 'GET', url, headers: {}, timeoutMs: WITHIN_MS });
    return status >= 200 && status < 300 ? null : `NOTICE_HEARTBEAT: ${url.host} answered ${status}`;
  } catch {
    return `NOTICE_HEARTBEAT: ${url.host} cannot be reached`;
  }
}
