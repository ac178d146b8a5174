import { isRecord } from '../http/properties.js';
import { fold } from '../billing/basics/text.js';

/**
 * A value of the evidence without one organization (pure): what is its own goes, what is said of it among others goes out of lists, sentences that name it
 * are taken out, and where its name has a place of its own a pseudonym stands there. Ids stay: by them what was made is found again.
 */
export interface Whom {
  organizationId: string;
  /** Every name that it, or its company in Autotask, ever had. */
  names: string[];
  /** Its company in Autotask; null where it has none, or another organization has the same. */
  companyId: number | null;
  contractIds: ReadonlySet<number>;
  pseudonym: string;
}

export interface Redacted {
  value: unknown;
  /** The whole value is the organization's: nothing of it is left. */
  isOwn: boolean;
  isChanged: boolean;
  /** What was taken out of lists, as it was. */
  removed: unknown[];
}

type Rec = Record<string, unknown>;
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Where a name stands. */
const NAME_KEYS = ['organizationName', 'customerName', 'companyName'];
/** What is said about the organization where a record has to stay: in money, or in a person's words. */
const SAID_KEYS = ['amounts', 'reason', 'details', 'message', 'cost', 'sales'];
/** Instead of a sentence. */
const GONE = '(forgotten on request)';
/** The key of what is not a member of anything. */
const WHOLE = '.';
/** Shorter names are found only where a name stands: they are parts of anything. */
const SHORTEST_NAME = 3;

export function redacted(value: unknown, whom: Whom): Redacted {
  if (isRecord(value) && isOwn(value, whom) && !isKept(value))
    return { value: null, isOwn: true, isChanged: true, removed: [value] };
  const redaction = new Redaction(whom);
  const next = redaction.of(value, WHOLE);
  return { value: next, isOwn: false, isChanged: redaction.isChanged, removed: redaction.removed };
}

/** Entries of the log hang on one another, and the choice of a canary is the broker's: they stay, and say nothing of the organization any more. */
const isKept = (value: Rec): boolean => ('previous' in value && 'request' in value) || 'chosenAt' in value;

/** Whether a record is about the organization, by what it says of itself. */
export function isOwn(value: Rec, { organizationId, names, companyId, contractIds }: Whom): boolean {
  const ids = [value['organizationId'], idOf(value['organization']), idOfPlan(value['plan'])];
  if (ids.some((id) => typeof id === 'string' && fold(id) === organizationId)) return true;
  if (ids.some((id) => typeof id === 'string' && id !== '')) return false;
  if (companyId !== null && value['companyId'] === companyId) return true;
  if (typeof value['contractId'] === 'number' && contractIds.has(value['contractId'])) return true;
  return NAME_KEYS.some((key) => isNameOf(value[key], names));
}

const idOf = (value: unknown): unknown => (isRecord(value) ? value['id'] : undefined);
const idOfPlan = (value: unknown): unknown => (isRecord(value) ? value['organizationId'] : undefined);
const isNameOf = (value: unknown, names: string[]): boolean =>
  typeof value === 'string' && names.some((name) => fold(name) === fold(value));

class Redaction {
  isChanged = false;
  readonly removed: unknown[] = [];

  constructor(private readonly whom: Whom) {}

  of(value: unknown, key = ''): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return this.list(value, key);
    if (!isRecord(value)) return value;
    const isOfIt = isOwn(value, this.whom);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.member(name, member, isOfIt)]));
  }

  private member(name: string, member: unknown, isOfIt: boolean): unknown {
    if (NAME_KEYS.includes(name) && isNameOf(member, this.whom.names)) return this.instead(this.whom.pseudonym);
    if (isOfIt && SAID_KEYS.includes(name) && member !== null) return this.instead(null);
    return this.of(member, name);
  }

  /** Records about it go, and its id of a list of ids. A list in a list is a record by places, and keeps them. */
  private list(value: unknown[], key: string): unknown[] {
    const isGone = (element: unknown): boolean =>
      isRecord(element)
        ? (key !== '' && isOwn(element, this.whom)) ||
          (key === 'companies' && this.whom.companyId !== null && element['id'] === this.whom.companyId)
        : key !== '' && typeof element === 'string' && fold(element) === this.whom.organizationId;
    return value.flatMap((element) => {
      if (!isGone(element)) return [this.of(element)];
      this.removed.push(element);
      return this.instead([]);
    });
  }

  private text(text: string): string {
    if (isNameOf(text, this.whom.names)) return this.instead(this.whom.pseudonym);
    if (!text.includes(' ')) return text;
    const lines = text.split('\n');
    return lines.some((line) => this.isAbout(line))
      ? this.instead(lines.map((line) => (this.isAbout(line) ? GONE : line)).join('\n'))
      : text;
  }

  private isAbout(sentence: string): boolean {
    const folded = sentence.toLowerCase();
    return folded.includes(this.whom.organizationId) || this.whom.names.some((name) => namesIn(folded, name.toLowerCase()));
  }

  private instead<T>(value: T): T {
    this.isChanged = true;
    return value;
  }
}

/** As words of their own: a name inside a longer word is none. */
function namesIn(text: string, name: string): boolean {
  if (name.length < SHORTEST_NAME) return false;
  const isLetter = (at: number): boolean => /[\p{L}\p{N}]/u.test(text.charAt(at));
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!isLetter(at - 1) && !isLetter(at + name.length)) return true;
  return false;
}

// ---------------------------------------------------------------------------------------------------------------- who it is

/** What values tell of organizations: gathered from all of them, before one is taken out. */
export class Acquaintance {
  private readonly names = new Map<string, Set<string>>();
  private readonly companies = new Map<number, Set<string>>();
  private readonly companyNames = new Map<number, Set<string>>();
  private readonly subscriptions = new Map<string, string>();
  private readonly contracts = new Map<string, Set<number>>();

  learn(value: unknown): void {
    if (Array.isArray(value)) value.forEach((element) => this.learn(element));
    if (!isRecord(value)) return;
    this.learnNamed(value);
    const id = textOf(value['organizationId']) ?? textOf(idOf(value['organization']));
    const name =
      textOf(value['organizationName']) ?? textOf(isRecord(value['organization']) ? value['organization']['name'] : null);
    if (id !== null && name !== null && name !== '') add(this.names, fold(id), name);
    if (id !== null && typeof value['companyId'] === 'number') add(this.companies, value['companyId'], fold(id));
    for (const [key, member] of Object.entries(value)) {
      if (key === 'companies' && Array.isArray(member)) this.learnCompanies(member);
      this.learn(member);
    }
  }

  /** By id, or by a name that one organization alone ever had; null where nothing is known of it. */
  whom(wanted: string, pseudonymOf: (id: string) => string): Whom | 'several' | null {
    const byName = [...this.names].filter(([, names]) => isNameOf(wanted, [...names])).map(([id]) => id);
    const ids = this.names.has(fold(wanted)) ? [fold(wanted)] : byName;
    if (ids.length > 1) return 'several';
    const [organizationId] = ids;
    if (organizationId === undefined) return null;
    const pseudonym = pseudonymOf(organizationId);
    const own = [...this.companies].filter(([, owners]) => owners.size === 1 && owners.has(organizationId)).map(([id]) => id);
    const companyId = own.length === 1 ? own[0]! : null;
    const names = new Set([
      ...this.names.get(organizationId)!,
      ...(companyId === null ? [] : (this.companyNames.get(companyId) ?? [])),
    ]);
    names.delete(pseudonym);
    return { organizationId, names: [...names], companyId, contractIds: this.contractsOf(organizationId), pseudonym };
  }

  private contractsOf(organizationId: string): Set<number> {
    const keys = [...this.subscriptions].filter(([, owner]) => owner === organizationId).map(([key]) => key);
    return new Set(keys.flatMap((key) => [...(this.contracts.get(key) ?? [])]));
  }

  private learnCompanies(companies: unknown[]): void {
    for (const company of companies)
      if (isRecord(company) && typeof company['id'] === 'number' && typeof company['name'] === 'string')
        add(this.companyNames, company['id'], company['name']);
  }

  /** What was ever named (`shared/billing/report/named.ts`). */
  private learnNamed({ organizations, subscriptions, contracts }: Rec): void {
    for (const [id, name] of tuples(organizations))
      if (typeof id === 'string' && typeof name === 'string') add(this.names, fold(id), name);
    for (const [key, owner] of tuples(subscriptions))
      if (typeof key === 'string' && typeof owner === 'string') this.subscriptions.set(fold(key), fold(owner));
    for (const [id, key] of tuples(contracts))
      if (typeof id === 'number' && typeof key === 'string') add(this.contracts, fold(key), id);
  }
}

const tuples = (value: unknown): unknown[][] =>
  Array.isArray(value) ? value.filter((one): one is unknown[] => Array.isArray(one)) : [];

function add<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const known = map.get(key) ?? new Set();
  map.set(key, known.add(value));
}
