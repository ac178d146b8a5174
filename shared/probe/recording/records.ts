import { isRecord } from '../../http/properties.js';
import type { Disguise } from './disguise.js';
import { KINDS, type Kind, type Treatment } from './members.js';

/** Records as a recording has them: members on the list, disguised, in the order, the case and with the nulls they came with. */

type Rec = Record<string, unknown>;

export class Records {
  /** Members that are not on the list, by kind, with the type of their values: their values are nowhere. */
  readonly unknown: Record<string, Record<string, string>> = {};

  constructor(private readonly disguise: Disguise) {}

  all(kind: Kind, raw: unknown[]): Rec[] {
    return raw.flatMap((record) => (isRecord(record) ? [this.one(kind, record)] : []));
  }

  one(kind: Kind, record: Rec): Rec {
    const treatments = new Map(Object.entries(KINDS[kind]).map(([name, how]) => [name.toLowerCase(), how]));
    const kept: Rec = {};
    for (const [name, value] of Object.entries(record)) {
      const how = treatments.get(name.toLowerCase());
      if (how === undefined) this.noteUnknown(kind, name, value);
      else kept[name] = this.treat(kind, name, how, value);
    }
    return kept;
  }

  private treat(kind: Kind, name: string, how: Treatment, value: unknown): unknown {
    if (value === null || value === '' || value === undefined || typeof value === 'boolean') return value;
    if (typeof how === 'object') {
      const below = how.list as Kind;
      if (Array.isArray(value)) return this.all(below, value);
      return isRecord(value) ? this.one(below, value) : null;
    }
    if (typeof value !== 'string' && typeof value !== 'number') {
      this.noteUnknown(kind, name, value);
      return null;
    }
    if (how === 'keep') return this.keep(value);
    if (how === 'amount') return Number.isNaN(Number(value)) ? this.disguise.text(String(value)) : this.disguise.amount(value);
    if (how === 'id' || how === 'code') return this.disguise[how](value);
    return typeof value === 'number' ? this.disguise.id(value) : this.disguise[how](value);
  }

  /** A number or a date stays; a word only where it is one short word of the vendor's, such as `Csp365Nce` or `P1Y`. */
  private keep(value: string | number): string | number {
    if (typeof value === 'number' || DATE.test(value) || PLAIN_NUMBER.test(value)) return value;
    return VENDORS_WORD.test(value) ? value : this.disguise.product(value);
  }

  private noteUnknown(kind: string, name: string, value: unknown): void {
    const type = Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
    // A member's name is the vendor's, unless it is a customer's: a property that somebody made.
    const shown = MEMBER.test(name) ? name : this.disguise.text(name);
    (this.unknown[kind] ??= {})[shown] ??= type;
  }
}

const DATE = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/;
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;
const MEMBER = /^[a-z][a-z0-9]{0,40}$/i;
/** Words of billing that rules read (`docs/vendors/cloudmore.md` 4 and 5): a closed list, because a customer's name is one short word too. */
const VENDORS_WORD =
  /^(csp365(nce|legacy)|azure(plan|classic)?|marketplace|reservedinstance|perpetual(license)?|(software)?subscription|customservice|manualbillingline|new|renew|cyclecharge|cyclefee|addquantity|removequantity|cancelimmediate|cancel|convert|customercredit|prorate|cycleinstanceprorate|other|monthly|annual|triennial|yearly|one-?time|p\d{1,2}[dmy]|none|active|inactive|suspended|deleted|expired|cancelled|csp|custom|textbox|dropdownlist|subscription id|autotaskcompanyid|cloudmore:[a-z-]{1,30}|[a-z]{3})$/i;
