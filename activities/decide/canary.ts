import { sum, type Big } from '../../shared/billing/basics/decimal.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import { same } from '../../shared/billing/basics/text.js';
import type { Month } from '../../shared/billing/types.js';
import type { Mode, MonthRequest, SurveyRequest } from '../../shared/messages/messages.js';
import { earlierWrites, writesOnRecord } from '../../shared/evidence/earlier-writes.js';
import type { Evidence } from '../../shared/evidence/index.js';
import { readOutcome } from '../../shared/evidence/months.js';
import { canaryCustomer } from '../../shared/known-names.js';
import type { Dependencies } from '../dependencies.js';

/**
 * The first run in mode `auto` bills one customer alone. The others wait until a later run found nothing to do for it: then what was written is what the survey
 * shows, by its own queries. Not where this tenant was billed before. Nobody takes the place of one that is named: as long as there is nothing to write for it,
 * all wait.
 */

interface Canary {
  /** Null where none was needed, or none is chosen yet. */
  organizationId: string | null;
  organizationName: string;
  /** What a person asked for with the run: `on`, or a customer; absent where the settings did. */
  asked?: string;
  /** The one that is named and for which the latest run found nothing to write, while none is chosen; absent where none is named. */
  awaited?: { name: string; by: 'BILLING_CANARY' | '--canary'; month: Month };
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
 * Before the survey: what a person asked for with the run, and whether this tenant was billed before. Our charges in an earlier month show it too, even
 * if the evidence is lost.
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
  const isOpen = kept === null || (kept.organizationId === null && kept.passedAt === null);
  if (!isOpen || (kept === null && asked === undefined && !canary.isDemanded)) return;
  const before =
    (await chargesOfOtherMonths(autotask, month)) > 0 ||
    // That a month ran says nothing where all of it waited for one that is named; what a person released of it does.
    (kept === null
      ? (await earlierWrites(evidence, broker, at.slice(0, 10))) !== null
      : (await writesOnRecord(evidence, broker)) > 0);
  if (before) await keep(evidence, broker, { ...(kept ?? nobody), passedAt: at });
  else if (asked !== undefined) await keep(evidence, broker, { ...(kept ?? nobody), asked, passedAt: null });
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
    isAuto: boolean;
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

  /** Called for every customer that the run looks at, in which mode, whether there is work for it, and whether its month was taken back: that proves nothing, so another is chosen. */
  look(
    { organizationId, organizationName, steps, items }: Plan,
    { mode, hasWork, isUndone }: { mode: Mode; hasWork: boolean; isUndone: boolean },
  ): void {
    if (this.kept !== null && same(organizationId, this.kept.organizationId)) {
      this.isAtRest = !hasWork;
      if (isUndone) this.kept = { ...this.kept, organizationId: null };
    }
    if (isUndone || !hasWork || steps.length === 0 || mode === 'shadow') return;
    const kinds = new Set(steps.map(({ kind }) => kind)).size;
    const sales = sum(items.map((item) => item.sales)).abs();
    this.candidates.push({ organizationId, organizationName, kinds, sales, isAuto: mode === 'auto' });
  }

  async end(mode: Mode): Promise<void> {
    const { evidence, canary, clock } = this.needs;
    if (mode !== 'auto') return;
    const at = clock.now().toISOString();
    if (this.kept === null ? canary.isDemanded : this.kept.passedAt === null && this.kept.organizationId === null) {
      await this.choose(at);
    } else if (this.kept?.passedAt === null && this.isAtRest && (await this.isBilled())) {
      await keep(evidence, this.request.broker, { ...this.kept, passedAt: at });
    }
  }

  private async choose(at: string): Promise<void> {
    if (this.candidates.length === 0) return;
    const { awaited: _, ...kept } = this.kept ?? {};
    const wanted = this.wanted();
    const chosen = wanted === null ? this.smallest() : this.candidates.find((one) => isCalled(one, wanted.name));
    const one = { organizationId: chosen?.organizationId ?? null, organizationName: chosen?.organizationName ?? '' };
    const awaited = wanted === null || chosen !== undefined ? {} : { awaited: { ...wanted, month: this.request.month } };
    if (chosen === undefined && wanted === null) return;
    await keep(this.needs.evidence, this.request.broker, { ...kept, ...one, ...awaited, chosenAt: at, passedAt: null });
  }

  /** The customer that a person has named: with the run, otherwise in the settings. */
  private wanted(): Omit<NonNullable<Canary['awaited']>, 'month'> | null {
    const asked = this.kept?.asked;
    const name = canaryCustomer(asked) ?? (asked === undefined ? this.needs.canary.organization : null);
    return name === null ? null : { name, by: asked === undefined ? 'BILLING_CANARY' : '--canary' };
  }

  /** With as many kinds of records as there are, and of those the least money. */
  private smallest() {
    return this.candidates
      .filter(({ isAuto }) => isAuto)
      .sort((left, right) => right.kinds - left.kinds || left.sales.cmp(right.sales))[0];
  }

  private async isBilled(): Promise<boolean> {
    const { organizationId } = this.kept!;
    if (organizationId === null) return true;
    const outcome = await readOutcome(this.needs.evidence, this.request.broker, this.request.month, organizationId);
    return outcome?.status === 'Done' || outcome?.status === 'Unchanged';
  }
}

const isCalled = (one: { organizationId: string; organizationName: string }, name: string): boolean =>
  same(one.organizationId, name) || same(one.organizationName, name);

/** Why the customer waits for the one that is billed alone first; null where it need not. */
export async function canaryWaits(
  needs: Pick<Needs, 'evidence' | 'canary'>,
  broker: string,
  organizationId: string,
): Promise<string | null> {
  const kept = await readOpen(needs, broker);
  if (kept === null || same(kept.organizationId, organizationId)) return null;
  return kept.awaited === undefined
    ? `${kept.organizationName} is billed alone first; the others follow automatically in the first run that finds nothing left to do for it.`
    : awaitedText(kept.awaited);
}

/** The same of the month as a whole, in one line; null where nobody is billed alone. */
export async function canaryRemark(needs: Pick<Needs, 'evidence' | 'canary'>, broker: string): Promise<string | null> {
  const kept = await readOpen(needs, broker);
  if (kept === null) return null;
  return kept.awaited === undefined
    ? `${kept.organizationName} is billed alone first (canary); the others wait (canary-waits) and follow in the first run that finds nothing left to do for it. To bill them sooner, approve them or run with --no-canary.`
    : awaitedText(kept.awaited);
}

/** While one is chosen, or awaited, and somebody still asks for it. */
async function readOpen({ evidence, canary }: Pick<Needs, 'evidence' | 'canary'>, broker: string): Promise<Canary | null> {
  const kept = await read(evidence, broker);
  if (kept === null || kept.passedAt !== null || (kept.organizationId === null && kept.awaited === undefined)) return null;
  return canary.isDemanded || kept.asked !== undefined ? kept : null;
}

const awaitedText = ({ name, by, month }: NonNullable<Canary['awaited']>): string =>
  `${name} was to be billed alone first (${by}), but there was nothing to write for it in ${month}. No other customer takes its place, and all others wait (canary-waits). Name another one (run with --canary NAME), approve the others, or run with --no-canary.`;
