import { SearchBlind } from '../../shared/autotask/index.js';
import { fold } from '../../shared/billing/basics/text.js';
import type { Gone } from '../../shared/billing/types.js';
import { forgetBlind, noteBlind, noteRecord } from '../../shared/evidence/remembered.js';
import type { Dependencies } from '../dependencies.js';
import { soon } from '../gather/wait-until-visible.js';

/**
 * The first record of each kind that a run makes is found again, as the survey would find it, before the second is made: a search that does not see makes
 * everything once more, every day. The process that holds the broker's gate proves it for all customers that are billed side by side.
 */

/** A proof holds for so long without another survey: rights change, and organizations that waited continue automatically. */
const PROOF_HOLDS_MS = 3_600_000;

type State = { provenAt: number } | { proving: Promise<unknown> } | { failed: SearchBlind };

export interface Making {
  kind: Gone['kind'];
  key: string;
  broker: string;
  /** Answers the record's id, and whether it was made just now. */
  make: () => Promise<{ id: number; isNew: boolean }>;
  /** Whether the survey's own condition shows it. */
  shows: (id: number) => Promise<boolean>;
}

export class Proofs {
  private readonly states = new Map<Gone['kind'], State>();

  constructor(private readonly dependencies: Pick<Dependencies, 'evidence' | 'clock' | 'heartbeat'>) {}

  /** A run begins: what was proven before is proven again. */
  begin(): void {
    this.states.clear();
  }

  /** Makes the record once it is known that such a record can be found. */
  async make(making: Making): Promise<{ id: number; isNew: boolean }> {
    for (;;) {
      const state = this.states.get(making.kind);
      if (state !== undefined && 'failed' in state) throw state.failed;
      if (state !== undefined && 'proving' in state) {
        await state.proving.catch(() => undefined);
        continue;
      }
      if (state !== undefined && this.now() - state.provenAt <= PROOF_HOLDS_MS) return this.noted(making);
      const proving = this.prove(making);
      this.states.set(making.kind, { proving });
      return proving;
    }
  }

  private async prove(making: Making): Promise<{ id: number; isNew: boolean }> {
    const { kind, key, broker, shows } = making;
    try {
      const made = await this.noted(making);
      // What was there already proves nothing of a search that has to find what is new.
      if (!made.isNew) return made;
      const isShown = await soon(this.dependencies, async () => ((await shows(made.id)) ? true : null));
      if (isShown === null) {
        await noteBlind(this.dependencies.evidence, broker, { kind, id: made.id, key });
        throw new SearchBlind(
          `${kind} ${made.id} was made for ${key}, but the query that looks for our records does not find it`,
        );
      }
      await forgetBlind(this.dependencies.evidence, broker);
      this.states.set(kind, { provenAt: this.now() });
      return made;
    } catch (error) {
      if (error instanceof SearchBlind) this.states.set(kind, { failed: error });
      throw error;
    } finally {
      const state = this.states.get(kind);
      if (state !== undefined && 'proving' in state) this.states.delete(kind);
    }
  }

  private async noted({ kind, key, broker, make }: Making): Promise<{ id: number; isNew: boolean }> {
    const made = await make();
    // A row has no id: it is remembered only where it never shows (`verify-organization.ts`).
    if (made.isNew && kind !== 'row')
      await noteRecord(this.dependencies.evidence, broker, { kind, id: made.id, key: fold(key), isSeen: false });
    return made;
  }

  private now(): number {
    return this.dependencies.clock.now().getTime();
  }
}
