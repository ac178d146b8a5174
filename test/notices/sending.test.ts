import { afterEach, describe, expect, test } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Secret } from '../../shared/http/secret.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { readLatestNotice, recordRun, sendOnce, troubleOf } from '../../shared/notices/record.js';
import { channelsOf } from '../../shared/notices/send.js';
import type { NoticeSettings } from '../../shared/notices/settings.js';
import { openWebhook } from './webhook.js';

/** Real sockets: what arrives, how often, and what is said when it does not. */

const NOTICE = { title: 'Billing: 2025-10: 12.00 EUR held', lines: ['Contoso: 12.00 EUR, company inactive'] };
const RUN = { run: 'daily~1', at: '2025-10-12T03:10:00.000Z' };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function webhook(status = 200): Promise<{ settings: NoticeSettings; got: unknown[] }> {
  const { url, got, close } = await openWebhook(status);
  closing.push(close);
  return {
    got,
    settings: {
      webhook: new Secret(`${url}/services/hunter2`),
      mail: null,
      heartbeat: null,
      monthlyReport: null,
      reportDay: 12,
      webUi: null,
      page: null,
    },
  };
}

async function mailbox(refuses = false): Promise<{ settings: NoticeSettings; got: string[] }> {
  const got: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) =>
      done(refuses ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null),
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (data: Buffer) => (text += data.toString()));
      stream.on('end', () => {
        got.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const mail = { smtp: new Secret(`smtp://127.0.0.1:${port}`), from: 'billing@example.com', to: ['finance@example.com'] };
  return {
    got,
    settings: {
      webhook: null,
      mail,
      heartbeat: null,
      monthlyReport: null,
      reportDay: 12,
      webUi: null,
      page: null,
    },
  };
}

describe('a notice', () => {
  test('reaches the webhook as JSON, once, however often the activity is repeated', async () => {
    const { settings, got } = await webhook();
    const evidence = memoryEvidence();
    for (let attempt = 1; attempt <= 3; attempt += 1)
      await sendOnce(evidence, { broker: 'default', occasion: RUN, notice: NOTICE, channels: channelsOf(settings), settings });
    expect(got).toEqual([{ text: 'Billing: 2025-10: 12.00 EUR held\n• Contoso: 12.00 EUR, company inactive' }]);
    expect(troubleOf(await readLatestNotice(evidence, 'default'))).toBeNull();
  });

  test('of the next run goes out again', async () => {
    const { settings, got } = await webhook();
    const evidence = memoryEvidence();
    await sendOnce(evidence, { broker: 'default', occasion: RUN, notice: NOTICE, channels: channelsOf(settings), settings });
    await sendOnce(evidence, {
      broker: 'default',
      occasion: { ...RUN, run: 'daily~2' },
      notice: NOTICE,
      channels: channelsOf(settings),
      settings,
    });
    expect(got).toHaveLength(2);
  });

  test('an interrupted notice is not sent again, and is named', async () => {
    const { settings, got } = await webhook();
    const evidence = memoryEvidence();
    const crashed = { ...RUN, notice: NOTICE, channels: [{ channel: 'webhook', state: 'sending', message: null }] };
    const ref = await evidence.put(crashed);
    await evidence.point(`notices/default/${RUN.run}`, ref);
    const record = await sendOnce(evidence, {
      broker: 'default',
      occasion: RUN,
      notice: NOTICE,
      channels: channelsOf(settings),
      settings,
    });
    expect(got).toEqual([]);
    expect(troubleOf(record)).toContain('interrupted, not sent again');
  });

  test('reaches the mailbox with subject and lines', async () => {
    const { settings, got } = await mailbox();
    await sendOnce(memoryEvidence(), {
      broker: 'default',
      occasion: RUN,
      notice: NOTICE,
      channels: channelsOf(settings),
      settings,
    });
    expect(got).toHaveLength(1);
    expect(got[0]).toMatch(/Subject: Billing: 2025-10: 12\.00 EUR held/);
    expect(got[0]).toMatch(/To: finance@example\.com/);
    expect(got[0]).toContain('Contoso: 12.00 EUR, company inactive');
  });

  test('each receiver gets one mail with the longer list', async () => {
    const { settings, got } = await mailbox();
    const mail = { ...settings.mail!, to: ['anna@example.com', 'bert@example.com'] };
    const [evidence, letter] = [memoryEvidence(), { title: 'Billing: 2025-10 is done', lines: ['All of it'] }];
    const file = { name: 'billing-2025-10.csv', content: 'a,b' };
    for (let attempt = 1; attempt <= 2; attempt += 1)
      await sendOnce(
        evidence,
        { broker: 'default', occasion: RUN, notice: NOTICE, channels: ['mail'], settings: { ...settings, mail } },
        { letter, file },
      );
    expect(got.map((text) => /^To: (.*)$/m.exec(text)![1]!.trim())).toEqual(['anna@example.com', 'bert@example.com']);
    expect(got[0]).toContain('All of it');
    expect(got[0]).toContain('filename=billing-2025-10.csv');
    expect(got[0]).toContain(Buffer.from('a,b').toString('base64'));
    expect(await readLatestNotice(evidence, 'default')).toBeNull();
  });

  test('the other channel sends when one fails; no key appears', async () => {
    const [broken, mail] = [await webhook(500), await mailbox()];
    const settings = { ...mail.settings, webhook: broken.settings.webhook };
    const record = await sendOnce(memoryEvidence(), {
      broker: 'default',
      occasion: RUN,
      notice: NOTICE,
      channels: channelsOf(settings),
      settings,
    });
    expect(mail.got).toHaveLength(1);
    expect(troubleOf(record)).toMatch(/webhook: 127\.0\.0\.1:\d+ answered 500/);
    expect(JSON.stringify(record)).not.toContain('hunter2');
  });

  test('a redirecting webhook counts as failed and is not followed', async () => {
    const elsewhere = await webhook();
    const { url, close } = await openWebhook(307, elsewhere.settings.webhook!.reveal());
    closing.push(close);
    const settings = { ...elsewhere.settings, webhook: new Secret(url) };
    const record = await sendOnce(memoryEvidence(), {
      broker: 'default',
      occasion: RUN,
      notice: NOTICE,
      channels: channelsOf(settings),
      settings,
    });
    expect(elsewhere.got).toEqual([]);
    expect(troubleOf(record)).toMatch(/answered 307, a redirect: nothing was delivered/);
  });

  test('is not mailed where a password would travel without TLS', async () => {
    const { settings, got } = await mailbox();
    const address = settings.mail!.smtp.reveal().replace('smtp://', 'smtp://user:hunter2@');
    const withPassword = { ...settings, mail: { ...settings.mail!, smtp: new Secret(address) } };
    const record = await sendOnce(memoryEvidence(), {
      broker: 'default',
      occasion: RUN,
      notice: NOTICE,
      channels: channelsOf(withPassword),
      settings: withPassword,
    });
    expect(got).toEqual([]);
    expect(troubleOf(record)).toMatch(/There is a password, so TLS is needed/);
    expect(JSON.stringify(record)).not.toContain('hunter2');
  });

  const lost: [why: string, settings: () => Promise<NoticeSettings>, message: RegExp][] = [
    [
      'nothing listens',
      async () => {
        const { settings } = await webhook();
        await Promise.all(closing.splice(0).map((close) => close()));
        return settings;
      },
      /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
    ],
    [
      'the mail server refuses the receiver',
      async () => (await mailbox(true)).settings,
      /did not take the mail \(EENVELOPE 550\)/,
    ],
  ];
  test.each(lost)('is recorded as lost when %s', async (_, settings, message) => {
    const chosen = await settings();
    const record = await sendOnce(memoryEvidence(), {
      broker: 'default',
      occasion: RUN,
      notice: NOTICE,
      channels: channelsOf(chosen),
      settings: chosen,
    });
    expect(troubleOf(record)).toMatch(message);
  });

  test('that is none is sent nowhere', async () => {
    const { settings, got } = await webhook();
    await sendOnce(memoryEvidence(), {
      broker: 'default',
      occasion: RUN,
      notice: null,
      channels: channelsOf(settings),
      settings,
    });
    expect(got).toEqual([]);
  });
});

test('a run knows when the one before ended', async () => {
  const evidence = memoryEvidence();
  await recordRun(evidence, { broker: 'default', run: 'one', asOf: '2025-10-11', endedAt: '2025-10-11T03:00:00Z' });
  const second = await recordRun(evidence, {
    broker: 'default',
    run: 'two',
    asOf: '2025-10-12',
    endedAt: '2025-10-12T03:00:00Z',
  });
  const again = await recordRun(evidence, { broker: 'default', run: 'two', asOf: '2025-10-12', endedAt: '2025-10-12T03:05:00Z' });
  expect(second.previousEndedAt).toBe('2025-10-11T03:00:00Z');
  expect(again).toEqual(second);
});
