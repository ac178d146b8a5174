import { beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { readFile, writeFile } from 'node:fs/promises';
import { suggest } from '../../client/commands/companies/suggest.js';
import { bareName } from '../../shared/likeness.js';
import type { Company } from '../../shared/billing/types.js';
import { organization } from '../billing/builders.js';
import { september, type World } from '../api/vendors.js';
import { useHarness, type Harness } from '../report/harness.js';

/** The link from organizations to companies: suggested by name, set only with --write, and nothing else of the organization lost. */

const TAILSPIN = 'af6d43b7-afe4-56e8-b09a-7ad14c1b876a';
type Rec = Record<string, unknown>;

function world(): World {
  const made = september() as unknown as { autotask: { companies: Rec[] } };
  made.autotask.companies = made.autotask.companies.filter(({ companyName }) => companyName !== 'Tailspin Toys');
  made.autotask.companies.push(
    { id: 501, companyName: 'Tailspin Toys GmbH', companyType: 1, isActive: true },
    { id: 502, companyName: '=Adventure Works Cycles Norge AS', companyType: 1, isActive: true },
    { id: 503, companyName: 'Tailspin Toys (old)', companyType: 1, isActive: false },
  );
  return made;
}

describe('companies', () => {
  let harness: Harness;
  useHarness((opened) => void (harness = opened), world);
  beforeEach(() => harness.control('POST', 'faults', []));

  const organizationNow = async (id: string): Promise<Rec> => {
    const state = (await harness.control('GET', 'state')) as { cloudmore: { organizations: Rec[] } };
    return state.cloudmore.organizations.find((one) => one.id === id)!;
  };
  const idOf = async (id: string): Promise<unknown> =>
    ((await organizationNow(id)).customProperties as Rec[] | undefined)?.find(({ name }) => name === 'AutotaskCompanyID')?.value;
  const puts = async (): Promise<number> =>
    ((await harness.control('GET', 'requests')) as Rec[]).filter(({ method }) => method === 'PUT').length;

  test('list is the import file, with a column named as the property', async () => {
    const { code, out } = await harness.cli('companies', 'list');
    expect(code).toBe(0);
    const rows = parse<Rec>(out, { columns: true });
    expect(rows).toContainEqual({ name: 'Tailspin Toys GmbH', AutotaskCompanyID: '501', linked_to: '' });
    expect(rows).toContainEqual(expect.objectContaining({ AutotaskCompanyID: '29683540', linked_to: 'Fabrikam Logistics' }));
    expect(out).toContain("'=Adventure Works Cycles Norge AS");
    expect(out).not.toContain('Tailspin Toys (old)');
  });

  test('match suggests by name, with its certainty', async () => {
    const { out } = await harness.cli('companies', 'match', '--json');
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({ organizationName: 'Tailspin Toys', companyId: 501, certainty: 100, verdict: 'certain' }),
      expect.objectContaining({ organizationName: 'Adventure Works Cycles', companyId: 502, verdict: 'likely' }),
    ]);
    expect((await harness.cli('companies', 'match')).out).toMatch(/100 % {2}certain {2}Tailspin Toys +501 Tailspin Toys GmbH/);
  });

  test('list is a table on a terminal, with the export command', async () => {
    const { out } = await harness.cliOn(80, 'companies', 'list');
    expect(out).toMatch(/^ +501 {2}Tailspin Toys GmbH$/m);
    expect(out).toMatch(/^29683540 {2}Fabrikam Logistics +Fabrikam Logistics$/m);
    expect(out).toContain(
      "5 active companies, 2 linked. As CSV for Cloudmore's bulk import:\n  billing companies list --out FILE",
    );
  });

  test('match stacks both names when the terminal is too narrow', async () => {
    expect((await harness.cliOn(60, 'companies', 'match')).out.split('\n').slice(0, 5)).toEqual([
      '100 %  certain  Tailspin Toys',
      '              → 501 Tailspin Toys GmbH',
      ' 88 %  likely   Adventure Works Cycles',
      '              → 502 =Adventure Works Cycles Norge AS',
      '',
    ]);
    for (const line of (await harness.cliOn(80, 'companies', 'match')).out.split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
  });

  test('link only shows what it would do without --write', async () => {
    const shown = await harness.cli('companies', 'link', '--organization', 'Tailspin Toys', '--company', '501');
    expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('nothing → 501 (Tailspin Toys GmbH)') as unknown });
    expect(shown.out).toContain('nothing was written');
    expect(await puts()).toBe(0);
  });

  // Although PUT replaces all.
  test('link --write sets the id and keeps everything else', async () => {
    const before = await organizationNow(TAILSPIN);
    const { code, out } = await harness.cli('companies', 'link', '--organization', TAILSPIN, '--company', '501', '--write');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/✓ Tailspin Toys: nothing → 501/) as unknown });
    const after = await organizationNow(TAILSPIN);
    expect(await idOf(TAILSPIN)).toBe('501');
    const others = (one: Rec): Rec => ({
      ...one,
      customProperties: (one.customProperties as Rec[]).filter(({ name }) => name !== 'AutotaskCompanyID'),
    });
    expect(others(after)).toEqual(others(before));
  });

  test('a second time there is nothing to do', async () => {
    await harness.control('DELETE', 'requests');
    const { out } = await harness.cli('companies', 'link', '--organization', TAILSPIN, '--company', '501', '--write');
    expect(out).toContain('Nothing to do');
    expect(await puts()).toBe(0);
  });

  test.each([
    ['after', 1],
    ['before', 2],
  ] as const)('a write lost %s taking effect is checked and repeated if needed', async (when, sent) => {
    await harness.control('PATCH', `cloudmore/organizations/${TAILSPIN}`, { customProperties: [] });
    await harness.control('DELETE', 'requests');
    const match = { vendor: 'cloudmore', method: 'PUT', path: '*Organizations*', nth: [1] };
    await harness.control('POST', 'faults', [{ match, fault: { kind: 'reset', when } }]);
    const { code } = await harness.cli('companies', 'link', '--organization', TAILSPIN, '--company', '501', '--write');
    expect(code).toBe(0);
    expect(await idOf(TAILSPIN)).toBe('501');
    expect(await puts()).toBe(sent);
  });

  test('import takes what match wrote, once a person has looked through it', async () => {
    await harness.control('PATCH', `cloudmore/organizations/${TAILSPIN}`, { customProperties: [] });
    const file = harness.file('match.csv');
    await harness.cli('companies', 'match', '--out', file);
    const reviewed = (await readFile(file, 'utf8')).replace('502', '');
    await writeFile(file, reviewed);
    expect((await harness.cli('companies', 'import', file)).out).toContain('1 would be linked; nothing was written');
    expect(await idOf(TAILSPIN)).toBeUndefined();
    expect((await harness.cli('companies', 'import', file, '--write')).out).toContain('1 linked');
    expect(await idOf(TAILSPIN)).toBe('501');
  });

  const refused: [why: string, rows: string, says: RegExp][] = [
    ['an unknown organization', 'Nobody,501', /line 2: Cloudmore has no organization "Nobody"/],
    ['an unknown company', 'Tailspin Toys,999', /Autotask has no active company 999/],
    ['an inactive company', 'Tailspin Toys,503', /no active company 503/],
    ['an id that is none', 'Tailspin Toys,ACME', /"ACME" of Tailspin Toys is not a company id/],
    ['a company of another organization', 'Tailspin Toys,29683540', /already belongs to Fabrikam Logistics/],
    ['one company for two', 'Tailspin Toys,502\nAdventure Works Cycles,502', /already belongs to Adventure Works Cycles/],
  ];
  test.each(refused)('import refuses %s before it writes any row', async (_, rows, says) => {
    await harness.control('DELETE', 'requests');
    const file = harness.file('refused.csv');
    await writeFile(file, `organization,AutotaskCompanyID\n${rows}\n`);
    const { code, said } = await harness.cli('companies', 'import', file, '--write');
    expect(code).toBe(1);
    expect(said).toMatch(says);
    expect(await puts()).toBe(0);
  });

  const BOM = '\u{FEFF}';
  const saved: [how: string, bytes: Buffer][] = [
    ['with semicolons', Buffer.from(`${BOM}organization_id;organization;AutotaskCompanyID\r\n${TAILSPIN};Tailspin Toys;502\r\n`)],
    [
      'as "Unicode text"',
      Buffer.from(`${BOM}organization_id\torganization\tAutotaskCompanyID\r\n${TAILSPIN}\t\t502\r\n`, 'utf16le'),
    ],
    ['with a line that names the separator', Buffer.from(`sep=;\r\norganization_id;AutotaskCompanyID\r\n${TAILSPIN};502\r\n`)],
    ['with such a line in quotation marks', Buffer.from(`"sep=;"\r\norganization_id;AutotaskCompanyID\r\n${TAILSPIN};502\r\n`)],
    ['with the line ends of an old Mac', Buffer.from(`organization_id,AutotaskCompanyID\r${TAILSPIN},502\r`)],
    ['with such a line after a mark', Buffer.from(`${BOM}sep=|\norganization_id|AutotaskCompanyID\n${TAILSPIN}|502\n`)],
    ['with capitals and blanks in the head', Buffer.from(`Organization_ID , autotaskcompanyid\n${TAILSPIN}, 502 \n`)],
    ['with empty rows at its end', Buffer.from(`organization_id,AutotaskCompanyID\n${TAILSPIN},502\n,\n,\n`)],
    [
      'with a separator in a quoted name',
      Buffer.from(`organization;organization_id;AutotaskCompanyID\n"x; y";${TAILSPIN};502\n`),
    ],
  ];
  test.each(saved)('import reads a file %s', async (_how, bytes) => {
    const file = harness.file('saved.csv');
    await writeFile(file, bytes);
    expect(await harness.cli('companies', 'import', file)).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 would be linked') as unknown,
    });
  });

  test('import reads names in the letters of western Windows', async () => {
    const file = harness.file('ansi.csv');
    await writeFile(file, Buffer.from('organization;AutotaskCompanyID\r\nMüller & Söhne;501\r\n', 'latin1'));
    expect((await harness.cli('companies', 'import', file)).said).toContain('no organization "Müller & Söhne"');
  });

  test('import refuses one organization in two lines, and names both', async () => {
    const file = harness.file('twice.csv');
    await writeFile(file, `organization,AutotaskCompanyID\n\n"Tailspin Toys",501\n${TAILSPIN},502\n`);
    const { code, said } = await harness.cli('companies', 'import', file, '--write');
    expect(code).toBe(1);
    expect(said).toContain('lines 3 and 4: Tailspin Toys occurs 2 times (501, 502). Keep one.');
  });

  test('import refuses a column that is there twice', async () => {
    const file = harness.file('columns.csv');
    await writeFile(file, 'organization,AutotaskCompanyID,autotaskcompanyid\nTailspin Toys,501,502\n');
    expect((await harness.cli('companies', 'import', file)).said).toContain('the column autotaskcompanyid occurs twice');
  });

  test('import says which columns it needs', async () => {
    const file = harness.file('wrong.csv');
    await writeFile(file, 'a,b\n1,2\n');
    expect(await harness.cli('companies', 'import', file)).toMatchObject({
      code: 64,
      said: expect.stringContaining('organization_id') as unknown,
    });
  });
});

describe('a suggestion', () => {
  const company = (id: number, name: string): Company => ({ id, name, isActive: true, currency: null });
  const verdict = (name: string, ...companies: Company[]): [number | null, string] => {
    const [one] = suggest([organization({ name, companyIdText: null })], companies);
    return [one!.companyId, one!.verdict];
  };

  const cases: [organization: string, companies: Company[], companyId: number | null, verdict: string][] = [
    ['Contoso Ltd', [company(1, 'CONTOSO Limited')], 1, 'certain'],
    ['Logistics Fabrikam', [company(1, 'Fabrikam Logistics AS')], 1, 'certain'],
    ['Müller & Söhne', [company(1, 'Muller and Sohne GmbH')], 1, 'certain'],
    ['Munson Foods', [company(1, 'Munson Foods'), company(2, 'Munson Foods')], 1, 'unsure'],
    ['Contoso', [company(1, 'Contoso Pharma')], 1, 'unsure'],
    ['Contoso', [company(1, 'Wingtip')], null, 'none'],
    ['Contoso', [], null, 'none'],
  ];
  test.each(cases)('for %s among %j is %p, %s', (name, companies, companyId, expected) => {
    expect(verdict(name, ...companies)).toEqual([companyId, expected]);
  });

  test('refuses a taken company, a linked organization and an inactive company', () => {
    const organizations = [
      organization({ id: 'a', name: 'Contoso', companyIdText: '1' }),
      organization({ id: 'b', name: 'Contoso', companyIdText: null }),
      organization({ id: 'c', name: 'Contoso', companyIdText: null, isActive: false }),
    ];
    expect(
      suggest(organizations, [company(1, 'Contoso')]).map(({ organizationId, verdict: of }) => [organizationId, of]),
    ).toEqual([['b', 'none']]);
  });

  test('does not see legal forms, accents, case and order of words', () => {
    expect(bareName('ACME Håndverk A/S')).toBe('acme handverk');
  });
});
