import { describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grouped } from '../../shared/billing/basics/decimal.js';
import { html } from '../../client/documents/html.js';
import { choose, PAGE_ROWS } from '../../client/web/customers.js';
import type { CustomerRow } from '../../shared/report/customers.js';
import { personOfRequest } from '../../client/web/access.js';
import { personOf, readUsers, saveUser } from '../../client/web/users.js';
import { marginOf } from '../../shared/report/margin.js';
import { webSettings } from '../../shared/web-settings.js';

/** The parts of the page for finance. */

test.each([
  ['1499964.55', '1,499,964.55'],
  ['-1234.5', '-1,234.5'],
  ['999', '999'],
  ['1000', '1,000'],
  ['0.0001', '0.0001'],
])('%s is shown as %s', (amount, shown) => expect(grouped(amount)).toBe(shown));

test.each([
  ['120.00', '100.00', { amount: '20.00', share: '16.7' }],
  ['100.00', '120.00', { amount: '-20.00', share: '-20.0' }],
  ['0.00', '5.00', { amount: '-5.00', share: null }],
  ['-48.30', '-42.26', { amount: '-6.04', share: '-12.5' }],
])('of %s sales and %s cost the margin is %j', (sales, cost, margin) => expect(marginOf({ sales, cost }, 'EUR')).toEqual(margin));

test.each([
  ['<script>', '&#60;script&#62;'],
  ['"><img src=x onerror=alert(1)>', '&#34;&#62;&#60;img src=x onerror=alert(1)&#62;'],
  ['a\u202eb\u0007c\u200b', 'a\ufffdb c\ufffd'],
])('the text %j is escaped, inside lists too', (text, escaped) => {
  expect(html`<td>${[text]}</td>`.text).toBe(`<td>${escaped}</td>`);
});

test('HTML inside HTML stays, and what is not there leaves nothing', () => {
  const line = html`<b>${1}</b>`;
  expect(html`${[line, line]}${null}${false}${undefined}`.text).toBe('<b>1</b><b>1</b>');
});

describe('the list of customers', () => {
  const row = (given: Partial<CustomerRow>): CustomerRow => ({
    organizationId: 'x',
    name: 'Contoso',
    status: 'AwaitingApproval',
    waits: true,
    reasons: ['the plan waits to be released'],
    currency: 'EUR',
    before: { sales: '0.00', cost: '0.00' },
    after: { sales: '0.00', cost: '0.00' },
    difference: '0.00',
    marginBefore: { amount: '0.00', share: null },
    marginAfter: { amount: '0.00', share: null },
    ghosts: '0.00',
    since: '2025-10-09',
    planDigest: '',
    isReleasable: true,
    ...given,
  });
  const ALL = { find: '', show: 'all', sort: 'difference', page: 1 } as const;
  const names = (rows: CustomerRow[]): string[] => rows.map(({ name }) => name);

  test('has the largest difference first, whatever its sign', () => {
    const rows = [
      row({ name: 'A', difference: '5.00' }),
      row({ name: 'B', difference: '-9.00' }),
      row({ name: 'C', difference: '7.00' }),
    ];
    expect(names(choose(rows, ALL).rows)).toEqual(['B', 'C', 'A']);
  });

  test('finds by name and reason, and filters what waits', () => {
    const rows = [
      row({ name: 'Alpha' }),
      row({ name: 'Beta', reasons: ['two alphabets'] }),
      row({ name: 'Alphorn', waits: false }),
    ];
    expect(names(choose(rows, { ...ALL, find: 'ALPHA', show: 'waiting' }).rows).sort()).toEqual(['Alpha', 'Beta']);
  });

  test('has pages; one beyond the end is the last', () => {
    const rows = Array.from({ length: PAGE_ROWS + 1 }, (_, index) => row({ name: String(index) }));
    expect(choose(rows, { ...ALL, page: 99 })).toMatchObject({ all: PAGE_ROWS + 1, pages: 2, rows: { length: 1 } });
  });
});

describe('who it is', () => {
  const request = (remoteAddress: string, headers: Record<string, string>): Parameters<typeof personOfRequest>[0] =>
    ({ socket: { remoteAddress }, headers, session: { person: { name: 'from the session', role: 'approve' } } }) as never;
  const settings = webSettings({
    BILLING_WEB_PROXY_HEADER: 'X-Forwarded-User',
    BILLING_WEB_PROXY_ADDRESSES: '10.0.0.2',
    BILLING_WEB_APPROVERS: 'Anna',
  });

  test.each([
    ['the proxy names an approver', '::ffff:10.0.0.2', { 'x-forwarded-user': 'anna' }, { name: 'anna', role: 'approve' }],
    ['it names somebody else', '10.0.0.2', { 'x-forwarded-user': 'bert' }, { name: 'bert', role: 'see' }],
    ['it names nobody', '10.0.0.2', {}, null],
    ['somebody else sends the header', '10.0.0.3', { 'x-forwarded-user': 'anna' }, null],
  ])('%s', (_, address, headers, person) => {
    expect(personOfRequest(request(address, headers as Record<string, string>), settings)).toEqual(person);
  });

  test('refuses a header setting without its senders’ addresses', () => {
    expect(() => webSettings({ BILLING_WEB_PROXY_HEADER: 'X-Forwarded-User' })).toThrow(/BILLING_WEB_PROXY_ADDRESSES/);
  });
});

// A new password takes the place of the old one.
test('keeps users as hashes in a private file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'users-'));
  const path = join(folder, 'deep', 'users.json');
  await saveUser(path, { name: 'Anna', role: 'see' }, 'correct horse battery');
  await saveUser(path, { name: 'anna', role: 'approve' }, 'staple of the horse');
  expect(await personOf(path, 'ANNA', 'correct horse battery')).toBeNull();
  expect(await personOf(path, 'ANNA', 'staple of the horse')).toEqual({ name: 'anna', role: 'approve' });
  expect(await personOf(path, 'nobody', 'staple of the horse')).toBeNull();
  expect(JSON.stringify(await readUsers(path))).not.toContain('staple');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await rm(folder, { recursive: true });
});
