import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';

/**
 * The evidence store of a simulated month, on a host whose clock is right. It can be put back to an earlier moment, as from a backup: what was written until
 * then is written again into an empty one, at the times at which it was.
 */
export class Store {
  private inner: Evidence;
  private written: { at: number; again: (inner: Evidence) => Promise<unknown> }[] = [];
  /** While a backup is put back: the time of what is written again. */
  private then: number | null = null;

  constructor(private readonly now: () => number) {
    this.inner = this.empty();
  }

  /** What the product sees, before and after. */
  readonly evidence: Evidence = {
    put: (value) => this.write((inner) => inner.put(value)),
    get: (ref) => this.inner.get(ref),
    point: (name, ref) => this.write((inner) => inner.point(name, ref)),
    claim: async (name, expected, ref, lease) => {
      const isClaimed = await this.inner.claim(name, expected, ref, lease);
      if (isClaimed) this.note((inner) => inner.point(name, ref));
      return isClaimed;
    },
    pointer: (name) => this.inner.pointer(name),
    unpoint: (name, expected) => this.write((inner) => inner.unpoint(name, expected)),
    names: (prefix) => this.inner.names(prefix),
    now: () => this.inner.now(),
    hold: (name, options) => this.inner.hold(name, options),
    chain: {
      entries: (chain) => this.inner.chain.entries(chain),
      recent: (chain, since) => this.inner.chain.recent(chain, since),
      head: (chain) => this.inner.chain.head(chain),
      pointers: (chain) => this.inner.chain.pointers(chain),
      sign: (chain, head) => this.write((inner) => inner.chain.sign(chain, head)),
      checkpoint: (chain) => this.inner.chain.checkpoint(chain),
      signatures: (chain) => this.inner.chain.signatures(chain),
    },
    size: () => this.inner.size(),
    close: () => Promise.resolve(),
  };

  /** Everything after the instant is forgotten. */
  async setBackTo(instant: number): Promise<void> {
    const kept = this.written.filter(({ at }) => at <= instant);
    this.written = kept;
    this.inner = this.empty();
    for (const { at, again } of kept) {
      this.then = at;
      await again(this.inner);
    }
    this.then = null;
  }

  private empty(): Evidence {
    return memoryEvidence(() => new Date(this.then ?? this.now()));
  }

  private write<T>(work: (inner: Evidence) => Promise<T>): Promise<T> {
    this.note(work);
    return work(this.inner);
  }

  private note(again: (inner: Evidence) => Promise<unknown>): void {
    this.written.push({ at: this.now(), again });
  }
}
