import { sum, type Big } from '../shared/billing/decimal.js';
import type { Plan } from '../shared/billing/plan-types.js';
import { same } from '../shared/billing/text.js';
import type { Month } from '../shared/billing/types.js';
import type { Mode, MonthRequest, SurveyRequest } from '../shared/contract.js';
import { earlierWrites } from '../shared/evidence/earlier-writes.js';
import type { Evidence } from '../shared/evidence/index.js';
import { readOutcome } from '../shared/evidence/months.js';
import type { Dependencies } from './dependencies.js';

/**
 * The first run in mode `auto` bills one customer alone. The others wait until a later run found nothing to do for it: then what was written is what the survey
 * shows, by its own queries. Not where this tenant was billed before.
 */

interface Canary {
  /** Null where none was needed, or none is chosen yet. */
  organizationId: string | null;
  organizationName: string;
  /** What a person asked for with the run: `on`, or a customer; absent where the settings did. */
  asked?: string;
  /** ISO times. */
  chosenAt: string;
  passedAt: string | null;
}

type Needs = Pick<Dependencies, 'evidence' | 'canary' | 'clock'>;

const nameOf = (broker: string): string => `canary/${broker}/state`;

async function read(evidence: Evidence, broker: string): Promise<Canary | null> {
  const ref = await evidence.pointer(nameOf(broker));
  return ref === null ? null : evidence.get<Canary>(ref);
}

const keep = async (evidence: Evidence, broker: string, canary: Canary): Promise<void> =>
  evidence.point(nameOf(broker), await evidence.put(canary));

/**
 * Before the survey: what a person asked for with the run, and whether this tenant was billed before. Charges of ours of an earlier month say so too,
 * whatever is left of the evidence.
 */
export async function settleCanary(
  { autotask, evidence, canary, clock }: Needs & Pick<Dependencies, 'autotask'>,
  { broker, month, canary: asked }: Pick<SurveyRequest, 'broker' | 'month' | 'canary'>,
): Promise<void> {
  const kept = await read(evidence, broker);
  const at = clock.now().toISOString();
  const nobody = { organizationId: null, organizationName: '', chosenAt: at };
  if (asked === 'off') {
    if (kept?.passedAt == null) await keep(evidence, broker, { ...(kept ?? nobody), passedAt: at });
    return;
  }
  if (kept !== null || (asked === undefined && !canary.isDemanded)) return;
  const before =
    (await chargesOfOtherMonths(autotask, month)) > 0 || (await earlierWrites(evidence, broker, at.slice(0, 10))) !== null;
  if (before) await keep(evidence, broker, { ...nobody, passedAt: at });
  else if (asked !== undefined) await keep(evidence, broker, { ...nobody, asked, passedAt: null });
}

async function chargesOfOtherMonths(autotask: Dependencies['autotask'], month: Month): Promise<number> {
  const counted = (value: string): Promise<number> =>
    autotask.count('ContractCharges', [{ op: 'beginsWith', field: 'internalPurchaseOrderNumber', value }]);
  const all = await counted('CM-');
  return all === 0 ? 0 : all - (await counted(`CM-${month}-`));
}

/** Chooses among the plans of a run, or finds that the one that was chosen has nothing left to do. */
export class CanaryChoice {
  private readonly candidates: {
    organizationId: string;
    organizationName: string;
    kinds: number;
    sales: Big;
  }[] = [];
  /** Whether the run looked at the one that was chosen, and found nothing to do. */
  private isAtRest = false;
  private kept: Canary | null = null;

  private constructor(
    private readonly needs: Needs,
    private readonly request: Pick<MonthRequest, 'broker' | 'month'>,
  ) {}

  static async of(needs: Needs, request: Pick<MonthRequest, 'broker' | 'month'>): Promise<CanaryChoice> {
    const choice = new CanaryChoice(needs, request);
    choice.kept = await read(needs.evidence, request.broker);
    return choice;
  }

  /** Told of every customer that the run looks at, whether there is work for it, and whether its month was taken back: that proves nothing, so another is chosen. */
  look({ organizationId, organizationName, steps, items }: Plan, hasWork: boolean, isUndone: boolean): void {
    if (this.kept !== null && same(organizationId, this.kept.organizationId)) {
      this.isAtRest = !hasWork;
      if (isUndone) this.kept = { ...this.kept, organizationId: null };
    }
    if (isUndone) return;
    if (!hasWork || steps.length === 0) return;
    const kinds = new Set(steps.map(({ kind }) => kind)).size;
    this.candidates.push({ organizationId, organizationName, kinds, sales: sum(items.map(({ sales }) => sales)).abs() });
  }

  async end(mode: Mode): Promise<void> {
    const { evidence, canary, clock } = this.needs;
    if (mode !== 'auto') return;
    const at = clock.now().toISOString();
    if (this.kept === null ? canary.isDemanded : this.kept.passedAt === null && this.kept.organizationId === null) {
      const chosen = this.named() ?? this.smallest();
      if (chosen) {
        const { organizationId, organizationName } = chosen;
        await keep(evidence, this.request.broker, {
          ...this.kept,
          organizationId,
          organizationName,
          chosenAt: at,
          passedAt: null,
        });
      }
    } else if (this.kept === null) return;
    else if (this.kept.passedAt === null && this.isAtRest && (await this.isBilled())) {
      await keep(evidence, this.request.broker, { ...this.kept, passedAt: at });
    }
  }

  private named() {
    const organization = this.kept?.asked ?? this.needs.canary.organization;
    return this.candidates.find(
      (one) => organization !== null && (same(one.organizationId, organization) || same(one.organizationName, organization)),
    );
  }

  /** With as many kinds of records as there are, and of those the least money. */
  private smallest() {
    return [...this.candidates].sort((left, right) => right.kinds - left.kinds || left.sales.cmp(right.sales))[0];
  }

  private async isBilled(): Promise<boolean> {
    const { organizationId } = this.kept!;
    if (organizationId === null) return true;
    const outcome = await readOutcome(this.needs.evidence, this.request.broker, this.request.month, organizationId);
    return outcome?.status === 'Done' || outcome?.status === 'Unchanged';
  }
}

/** Why the customer waits for the one that is billed alone first; null where it need not. */
export async function canaryWaits({ evidence, canary }: Needs, broker: string, organizationId: string): Promise<string | null> {
  const kept = await read(evidence, broker);
  if (kept === null || kept.passedAt !== null || same(kept.organizationId, organizationId)) return null;
  if (!canary.isDemanded && kept.asked === undefined) return null;
  return `${kept.organizationName} is billed alone first; the others follow by themselves in the run that finds nothing to do for it any more.`;
}

/** The same of the month as a whole, in one line; null where nobody is billed alone. */
export async function canaryRemark(evidence: Evidence, broker: string): Promise<string | null> {
  const kept = await read(evidence, broker);
  if (kept === null || kept.passedAt !== null || kept.organizationId === null) return null;
  return `${kept.organizationName} is billed alone first (canary); the others wait (canary-waits), and follow in the run that finds nothing to do for it. Sooner: approve them, or run with --no-canary.`;
}
