import { createHash, hash } from 'node:crypto';
import { fold } from './text.js';
import type { Ghost } from '../plan-types.js';
import type { ItemType, Month } from '../types.js';

/** What makes an item the same item in every run: the hash of rule 7.7 and the keys made of it. Derived from business data alone, never random. */
export interface ItemIdentity {
  broker: string;
  organizationId: string;
  subscriptionId: string | null;
  type: ItemType;
  /** Item code where rule 4.1 has it in the key, else product name where it has that, else null. */
  codeOrProduct: string | null;
}

const CHARGE_KEY_DIGITS = 20;
const CONTRACT_KEY_DIGITS = 32;

/** SHA-256 of the UTF-8 JSON array of rule 7.7, in hex. */
export function itemHash(identity: ItemIdentity): string {
  const { broker, organizationId, subscriptionId, type, codeOrProduct } = identity;
  const members = [lower(broker), lower(organizationId), lower(subscriptionId), type, lower(codeOrProduct)];
  return hash('sha256', JSON.stringify(members));
}

const lower = (value: string | null): string | null => (value === null ? null : value.toLowerCase());

/** What the contract of an item without subscription id carries instead of it (rule 6.1). */
export const contractKeyOf = (hash: string): string => `cm-${hash.slice(0, CONTRACT_KEY_DIGITS)}`;

/** Charge key of an item and month (rule 7.7); further charges of the same item and month get `-2`, `-3`, … */
export const chargeKeyOf = (month: Month, hash: string): string => `${chargeKeyPrefix(month)}${hash.slice(0, CHARGE_KEY_DIGITS)}`;
export const chargeKeyPrefix = (month: Month): string => `CM-${month}-`;

/** People write their own numbers behind ours, or copy a charge and number the copy: what begins with our key is ours, or its money would be billed twice. */
const CHARGE_KEY = /^CM-(\d{4}-\d{2})-([0-9a-f]{20})(?:-(\d+))?(?![0-9a-z])/i;

/** The parts of a charge key of ours, or null if the text is not one. `base` is the key without its number. */
export function parseChargeKey(key: string): { month: Month; base: string; number: number } | null {
  const match = CHARGE_KEY.exec(key.trim());
  if (!match) return null;
  return { month: match[1]!, base: fold(`CM-${match[1]}-${match[2]}`), number: match[3] === undefined ? 1 : Number(match[3]) };
}

/** The key of the item's `number`th charge of the month. */
export const numberedChargeKey = (base: string, number: number): string => (number === 1 ? base : `${base}-${number}`);

/** Short stable digest of any JSON value, for item ids and plan digests. Object members are taken in the order written. */
export const digestOf = (value: unknown): string => hash('sha256', JSON.stringify(value));

/** The digest of `[head, list]`, told one member of the list after the other, so that the text of them all is never in memory at once. */
export class ListDigest {
  private readonly hash;
  private separator = '';

  constructor(head: string) {
    this.hash = createHash('sha256').update(`[${JSON.stringify(head)},[`);
  }

  add(member: unknown): void {
    this.hash.update(this.separator + JSON.stringify(member));
    this.separator = ',';
  }

  /** In hex. */
  get value(): string {
    return this.hash.copy().update(']]').digest('hex');
  }
}

/** What the steps of a ghost name as their item. */
export const ghostId = ({ contractKey, serviceId, chargeId }: Pick<Ghost, 'contractKey' | 'serviceId' | 'chargeId'>): string =>
  serviceId === null ? `ghost-charge-${chargeId}` : `ghost-${contractKey}-${serviceId}`;
