import { propertiesOf } from '../http/properties.js';
import { digestOf } from '../billing/basics/keys.js';
import { same } from '../billing/basics/text.js';
import { redactedCopy, type Certificate } from '../close/certificate.js';
import { dataKeyName, ownerOf } from './data-keys.js';
import type { EvidenceStore } from './evidence.js';
import { nameSegment } from './months.js';
import { namedName } from './named.js';
import { Acquaintance, redacted, type Whom } from './redaction.js';
import type { Sealing } from './sealed.js';
import type { Signer } from './signing.js';
import { digestsIn, reached, Texts } from './texts.js';

/**
 * Forgetting an organization. What is its own goes with its names and its key; what is said of it in values of others and of the month is taken out, and those
 * are kept again under their names; what nothing points to any more goes too. Ids by which made records are found again stay: billing a month once more makes
 * nothing twice. Every step may be repeated: after an interruption the same command continues.
 */
export interface Forgetting {
  whom: Whom;
  /** Names that point to what is its own. */
  ownNames: string[];
  /** Names of what is kept again without it. */
  changedNames: string[];
  /** Values that go. */
  values: number;
  /** Whether it has a key of its own, which is destroyed. */
  hasKey: boolean;
}

/** What one pass through the store showed. */
interface Seen {
  keyId: string | null;
  /** Digests in it that are values' of the store. */
  refs: string[];
  isOwn: boolean;
  isChanged: boolean;
  /** Values that only parts which are taken out lead to. */
  removedRefs: string[];
}

const pseudonymOf = (organizationId: string): string => `forgotten-${digestOf(['pseudonym', organizationId]).slice(0, 8)}`;

/** Prefixes of names that stay although they carry the id: that a month was taken back must not be forgotten with whose it was. */
const STAYING = ['undone', 'decisions', 'labels'];
/** Names that end in a contract, and maybe a service of it. */
const BY_CONTRACT = ['dismissed', 'descriptions', 'takeover'];

export class Forgetter {
  private readonly texts: Texts;
  private readonly seen = new Map<string, Seen>();
  private readonly written = new Map<string, Promise<string>>();
  private affected = new Set<string>();
  /** What names of other brokers lead to. */
  private others = new Set<string>();
  private pointers = new Map<string, string>();

  constructor(
    private readonly store: EvidenceStore,
    private readonly sealing: Sealing,
  ) {
    this.texts = new Texts(store, sealing);
  }

  /** Looks through everything that is kept; writes nothing. Null where nothing is known of whom was meant, `several` where a name is that of more than one. */
  async look(wanted: string, onProgress: (what: string) => void = () => undefined): Promise<Forgetting | 'several' | null> {
    const acquaintance = new Acquaintance();
    const refs: string[] = [];
    for await (const { ref } of this.store.texts()) {
      if (refs.push(ref) % 1_000 === 0) onProgress(`${refs.length} values read`);
      acquaintance.learn((await this.texts.readThere(ref))?.value);
    }
    const whom = acquaintance.whom(wanted, pseudonymOf);
    if (whom === null || whom === 'several') return whom;
    const known = new Set(refs);
    for (const ref of refs) this.seen.set(ref, await this.classify(ref, whom, known));
    await this.leaveOthers();
    this.affected = this.affectedOnes();
    this.pointers = await this.store.chain.pointers(this.sealing.broker);
    const names = [...this.pointers];
    const ownNames = names.filter(([name, ref]) => this.isOwnName(name, ref, whom)).map(([name]) => name);
    const changedNames = names.filter(([name, ref]) => !ownNames.includes(name) && this.affected.has(ref)).map(([name]) => name);
    const hasKey = this.pointers.has(this.keyName(whom));
    return { whom, ownNames, changedNames, values: this.going(new Set(ownNames)).size, hasKey };
  }

  /** What is its own, by name, and what is said of it elsewhere: for anyone who wants to have it before it goes. */
  async export({ whom, ownNames, changedNames }: Forgetting): Promise<{ name: string; value: unknown }[]> {
    const parts: { name: string; value: unknown }[] = [];
    for (const name of ownNames) parts.push({ name, value: (await this.texts.read(this.pointers.get(name)!)).value });
    for (const name of changedNames)
      for (const value of await this.removedBelow(this.pointers.get(name)!, whom, new Set())) parts.push({ name, value });
    return parts;
  }

  async carryOut({ whom, ownNames, changedNames }: Forgetting, signer: Signer): Promise<void> {
    const { store } = this;
    const { broker } = this.sealing;
    const last = namedName(broker);
    const going = this.going(new Set(ownNames));
    for (const name of changedNames) if (name !== last) await this.repoint(name, whom, signer);
    for (const name of ownNames) await store.unpoint(name);
    const keyName = this.keyName(whom);
    const key = await store.pointer(keyName);
    await store.unpoint(keyName);
    await store.blind(broker, [...ownNames, keyName]);
    // What shows its name goes last: anyone who is interrupted finds it by that again.
    const named = new Set(this.affected);
    await store.remove([...going].filter((ref) => this.pointers.get(last) !== ref));
    if (key !== null) await store.remove([key]);
    if (changedNames.includes(last)) await this.repoint(last, whom, signer);
    await store.remove([this.pointers.get(last)].flatMap((ref) => (ref !== undefined && named.has(ref) ? [ref] : [])));
  }

  private keyName = ({ organizationId }: Whom): string => dataKeyName(this.sealing.broker, organizationId);

  // -------------------------------------------------------------------------------------------------------------- looking

  private async classify(ref: string, whom: Whom, known: Set<string>): Promise<Seen> {
    const { value, keyId } = (await this.texts.readThere(ref)) ?? { value: null, keyId: null };
    const seen = { keyId, refs: [], isOwn: false, isChanged: false, removedRefs: [] };
    if (keyId?.startsWith(`${this.sealing.broker}/${ownerOf(whom.organizationId)}/`)) return { ...seen, isOwn: true };
    const { isOwn, isChanged, removed } = redacted(value, whom);
    const refsOf = (part: unknown): string[] => digestsIn(part).filter((digest) => known.has(digest));
    return {
      ...{ keyId, isOwn, isChanged },
      // A certificate's content is what was signed: a digest in it stays as it is.
      refs: isCertificate(value) ? [] : refsOf(value),
      removedRefs: refsOf(removed),
    };
  }

  /** Another broker may have a customer of the same name: its values are not looked at, and stay. */
  private async leaveOthers(): Promise<void> {
    const roots: string[] = [];
    for (const chain of await this.store.chains())
      if (chain !== this.sealing.broker) roots.push(...(await this.store.chain.pointers(chain)).values());
    this.others = reached(roots, this.seen);
    for (const ref of this.others) {
      const seen = this.seen.get(ref);
      if (seen !== undefined) this.seen.set(ref, { ...seen, isOwn: false, isChanged: false, removedRefs: [] });
    }
  }

  /** Values that are written again: those that say something of it, and those that lead to one which is. */
  private affectedOnes(): Set<string> {
    const leadingTo = new Map<string, string[]>();
    for (const [ref, { refs }] of this.seen)
      for (const target of refs) leadingTo.set(target, [...(leadingTo.get(target) ?? []), ref]);
    const affected = new Set([...this.seen].filter(([, { isChanged, isOwn }]) => isChanged && !isOwn).map(([ref]) => ref));
    for (const ref of affected)
      for (const before of leadingTo.get(ref) ?? [])
        if (!this.seen.get(before)!.isOwn && !this.others.has(before)) affected.add(before);
    return affected;
  }

  private isOwnName(name: string, ref: string, { organizationId, contractIds }: Whom): boolean {
    const [kind = '', , ...segments] = name.split('/');
    if (STAYING.includes(kind)) return false;
    if (this.seen.get(ref)?.isOwn) return true;
    const last = segments.at(-1) ?? '';
    if (BY_CONTRACT.includes(kind)) return contractIds.has(Number(last.split('-')[0]));
    return segments.some((segment) =>
      [nameSegment(organizationId), encodeURIComponent(organizationId)].some((own) => same(segment, own)),
    );
  }

  /** Values that go: its own, those that are written again, and what only its parts lead to; all but what something that stays points to. */
  private going(ownNames: Set<string>): Set<string> {
    const going = new Set(this.affected);
    const add = (ref: string): void => {
      if (going.has(ref) && !this.affected.has(ref)) return;
      going.add(ref);
      for (const next of this.seen.get(ref)?.refs ?? []) if (!this.affected.has(next) && !going.has(next)) add(next);
    };
    for (const [ref, { isOwn, removedRefs }] of this.seen) {
      if (isOwn) add(ref);
      removedRefs.forEach((removed) => add(removed));
    }
    for (const [name, ref] of this.pointers) if (ownNames.has(name) && !this.isNeeded(ref, ownNames)) add(ref);
    const staying = this.staying(ownNames);
    return new Set([...going].filter((ref) => !staying.has(ref) && !this.others.has(ref)));
  }

  private isNeeded(ref: string, ownNames: Set<string>): boolean {
    return [...this.pointers].some(([name, target]) => target === ref && !ownNames.has(name));
  }

  /** Values that names which stay lead to, as they will be kept: without what is taken out of them. */
  private staying(ownNames: Set<string>): Set<string> {
    const staying = new Set<string>();
    const open = [...this.pointers].filter(([name]) => !ownNames.has(name)).map(([, ref]) => ref);
    for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
      const seen = this.seen.get(ref);
      if (staying.has(ref) || seen === undefined || seen.isOwn) continue;
      staying.add(ref);
      const removed = new Set(seen.removedRefs);
      open.push(...seen.refs.filter((next) => !removed.has(next)));
    }
    return new Set([...staying].filter((ref) => !this.affected.has(ref)));
  }

  private async removedBelow(ref: string, whom: Whom, done: Set<string>): Promise<unknown[]> {
    if (done.has(ref) || !this.affected.has(ref)) return [];
    done.add(ref);
    const { removed } = redacted((await this.texts.read(ref)).value, whom);
    const parts: unknown[] = [];
    for (const part of removed) {
      parts.push(part);
      for (const below of digestsIn(part)) if (this.seen.has(below)) parts.push((await this.texts.read(below)).value);
    }
    for (const next of this.seen.get(ref)!.refs) parts.push(...(await this.removedBelow(next, whom, done)));
    return parts;
  }

  // -------------------------------------------------------------------------------------------------------------- writing

  private async repoint(name: string, whom: Whom, signer: Signer): Promise<void> {
    const ref = this.pointers.get(name)!;
    if (!(await this.store.claim(name, ref, await this.writtenAgain(ref, whom, signer))))
      throw new Error(
        `${name} was changed by somebody else in the meantime. Run the same command again; it continues where it stopped.`,
      );
  }

  private writtenAgain(ref: string, whom: Whom, signer: Signer): Promise<string> {
    if (!this.affected.has(ref)) return Promise.resolve(ref);
    const known = this.written.get(ref) ?? this.writeAgain(ref, whom, signer);
    this.written.set(ref, known);
    return known;
  }

  private async writeAgain(ref: string, whom: Whom, signer: Signer): Promise<string> {
    const { value, keyId } = await this.texts.read(ref);
    if (isCertificate(value)) {
      const { digest: _digest, seal: _seal, redaction: _redaction, ...content } = value;
      const left = redacted(content, whom).value as typeof content;
      return this.texts.write(redactedCopy(value, left, (await this.store.now()).toISOString(), signer), keyId);
    }
    const next = new Map<string, string>();
    for (const below of this.seen.get(ref)!.refs) next.set(below, await this.writtenAgain(below, whom, signer));
    return this.texts.write(withDigests(redacted(value, whom).value, next), keyId);
  }
}

const isCertificate = (value: unknown): value is Certificate => propertiesOf(value)['kind'] === 'billing-close-certificate';

function withDigests(value: unknown, next: Map<string, string>): unknown {
  if (typeof value === 'string') return next.get(value) ?? value;
  if (Array.isArray(value)) return value.map((element) => withDigests(element, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withDigests(member, next)]));
}
