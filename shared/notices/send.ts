import nodemailer, { type Transporter } from 'nodemailer';
import { knock } from '../http/knock.js';
import { unheardAt } from '../http/listens.js';
import type { Secret } from '../http/secret.js';
import { cardText, chatText, lineIn, mailText } from './escape.js';
import type { Notice, NoticeLine } from './notice.js';
import type { NoticeSettings } from './settings.js';

/** Sends a notice by the channels that are set up. One try each, bounded in time: a message is worth less than a run that ends. */
export const CHANNELS = ['webhook', 'mail'] as const;
export type Channel = (typeof CHANNELS)[number];

const WITHIN_MS = 15_000;
/** Chat programs cut longer texts. */
const TEXT_LENGTH = 3_500;

/** The channels that settings name. */
export const channelsOf = ({ webhook, mail }: NoticeSettings): Channel[] => [
  ...(webhook === null ? [] : ['webhook' as const]),
  ...(mail === null ? [] : ['mail' as const]),
];

/** A file that goes with a mail. */
export interface MailedFile {
  name: string;
  content: string | Uint8Array;
}

/** Throws when the channel did not take the message, with a reason that names no key. */
export async function send(
  channel: Channel,
  notice: Notice,
  settings: NoticeSettings,
  file: MailedFile | null = null,
): Promise<void> {
  if (channel === 'webhook' && settings.webhook) return sendWebhook(settings.webhook.reveal(), notice);
  if (channel === 'mail' && settings.mail) return sendMail(settings.mail, notice, file);
}

/**
 * A sentence for each address that cannot be reached, or does not take the log-in. Nobody gets a message: to the host of a webhook, or of who waits for a sign
 * of life, a connection is opened and nothing is said, because anything that is said may count as one.
 */
export async function unreachedBy({ webhook, mail, heartbeat }: NoticeSettings): Promise<{ setting: string; why: string }[]> {
  const host = (address: Secret) => (): Promise<void> => reach(new URL(address.reveal()));
  const looks: [setting: string, look: (() => Promise<void>) | null][] = [
    ['NOTICE_WEBHOOK', webhook && host(webhook)],
    [
      'NOTICE_SMTP',
      mail && (() => withTransport(mail.smtp, 'cannot be used', async (transport) => void (await transport.verify()))),
    ],
    ['NOTICE_HEARTBEAT', heartbeat && host(heartbeat)],
  ];
  const all = looks.map(async ([setting, look]) => {
    try {
      await look?.();
      return [];
    } catch (error) {
      return [{ setting, why: error instanceof Error ? error.message : String(error) }];
    }
  });
  return (await Promise.all(all)).flat();
}

/** The reason holds host and the network's own code, and never the address, which can be a key. */
async function reach({ protocol, hostname, host, port }: URL): Promise<void> {
  const usual = protocol === 'https:' ? 443 : 80;
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
  const unheard = await unheardAt(place, WITHIN_MS);
  if (unheard !== null) throw new Error(`${host} cannot be reached (${unheard.why})`);
}

// ---------------------------------------------------------------------------------------------------------------- webhook

async function sendWebhook(address: string, notice: Notice): Promise<void> {
  const url = new URL(address);
  const { status } = await knock({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payloadFor(url, notice)),
    timeoutMs: WITHIN_MS,
  });
  if (status >= 200 && status < 300) return;
  const isRedirect = status >= 300 && status < 400;
  throw new Error(
    `${url.host} answered ${status}${isRedirect ? ', a redirect: nothing was delivered. Set the address it leads to' : ''}`,
  );
}

/** Teams' Workflows take adaptive cards only; its older connectors, Slack and most others take a text. */
const CARDS_ONLY = /\.(logic\.azure\.com|powerplatform\.com|powerautomate\.com)$/i;

export function payloadFor({ hostname }: URL, notice: Notice): object {
  const text = textOf(notice);
  if (!CARDS_ONLY.test(hostname)) return { text };
  const body = [
    { type: 'RichTextBlock', inlines: [run(notice.title, { weight: 'bolder' })] },
    ...notice.lines.map((line) => ({ type: 'RichTextBlock', spacing: 'small', inlines: runsOf(line) })),
  ];
  const content = { $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard', version: '1.4', body };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

const run = (text: string, look: object = {}): object => ({ type: 'TextRun', text: cardText(text), ...look });

const runsOf = (line: NoticeLine): object[] =>
  typeof line === 'string'
    ? [run(line)]
    : [run(`${line.text} `), run(line.url, { selectAction: { type: 'Action.OpenUrl', url: line.url } })];

/** No line begins with a name: what it begins with could make it a heading, a list or a quotation. */
function textOf({ title, lines }: Notice): string {
  const text = [chatText(title), ...lines.map((line) => `• ${lineIn(line, chatText)}`)].join('\n');
  return text.length <= TEXT_LENGTH ? text : `${text.slice(0, TEXT_LENGTH)}…`;
}

// ---------------------------------------------------------------------------------------------------------------- mail

/** One mail to each receiver: nobody reads who else decides. */
async function sendMail(
  { smtp, from, to }: NonNullable<NoticeSettings['mail']>,
  notice: Notice,
  file: MailedFile | null,
): Promise<void> {
  const attachments = file === null ? [] : [{ filename: file.name, content: bytesOf(file) }];
  await withTransport(smtp, 'did not take the mail', async (transport) => {
    for (const receiver of to)
      await transport.sendMail({ from, to: receiver, subject: cardText(notice.title), text: mailOf(notice), attachments });
  });
}

/** Throws what the server answered, with a reason that names no password. */
async function withTransport(smtp: Secret, failed: string, use: (transport: Transporter) => Promise<void>): Promise<void> {
  const url = new URL(smtp.reveal());
  const transport = nodemailer.createTransport({
    url: smtp.reveal(),
    // A password, and customers' amounts, never travel in the clear.
    requireTLS: url.password !== '' && url.protocol !== 'smtps:',
    connectionTimeout: WITHIN_MS,
    greetingTimeout: WITHIN_MS,
    socketTimeout: WITHIN_MS,
  });
  try {
    await use(transport);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    const answer = error instanceof Error && 'responseCode' in error ? ` ${String(error.responseCode)}` : '';
    const hint = code === 'ETLS' ? '. There is a password, so TLS is needed: the server offers none' : '';
    throw new Error(`${url.host} ${failed} (${code}${answer})${hint}`, { cause: error });
  } finally {
    transport.close();
  }
}

const bytesOf = ({ content }: MailedFile): Buffer =>
  Buffer.from(typeof content === 'string' ? content : Uint8Array.from(content));

/** The text of a mail. */
export const mailOf = ({ title, lines }: Notice): string =>
  [mailText(title), '', ...lines.map((line) => lineIn(line, mailText)), ''].join('\n');
