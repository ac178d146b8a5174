import { isHashKey } from '../../shared/billing/contracts/find-or-make.js';
import { parseChargeKey } from '../../shared/billing/basics/keys.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import { fold } from '../../shared/billing/basics/text.js';
import type { Books } from '../../shared/billing/types.js';
import { bindLabel, isLabelKnown, LabelRefused } from '../../shared/evidence/labels.js';
import type { Dependencies } from '../dependencies.js';

/**
 * Which label a tenant was billed as, told from Autotask where the evidence that knew it is gone: charges carry keys that a label makes (rule 7.7), and
 * contracts without a subscription id do. Keys that this label makes prove it; where there are only others, the same money would be made again.
 */
export class LabelProof {
  private made = 0;
  private readonly others: string[] = [];
  private isCreating = false;

  note(plan: Plan, books: Books): void {
    const ours = new Set<string>();
    for (const { contractKey, standing } of plan.items) {
      ours.add(fold(contractKey));
      for (const { key } of standing?.charges ?? []) ours.add(baseOf(key));
    }
    const found = [
      ...books.charges.flatMap(({ key }) => (parseChargeKey(key) === null ? [] : [baseOf(key)])),
      ...books.contracts.flatMap(({ number, subscriptionId }) =>
        [number, subscriptionId].filter((key) => key !== null && isHashKey(key)),
      ),
    ];
    for (const key of new Set(found.map(fold)))
      if (ours.has(key)) this.made += 1;
      else this.others.push(key);
    this.isCreating ||= plan.steps.some(
      (step) =>
        (step.kind === 'postCharge' && step.action === 'create') ||
        (step.kind === 'upsertContract' && isHashKey(step.contractKey)),
    );
  }

  /** Throws `LabelRefused` where all keys are another label's and more would be made; binds the tenant where this label's are found. */
  async demand({ evidence, tenant, clock }: Pick<Dependencies, 'evidence' | 'tenant' | 'clock'>): Promise<void> {
    if (this.made === 0 && (this.others.length === 0 || !this.isCreating)) return;
    if (await isLabelKnown(evidence, tenant, clock.now().toISOString().slice(0, 10))) return;
    if (this.made > 0) return bindLabel(evidence, tenant);
    throw new LabelRefused(
      `BILLING_BROKER is ${tenant.label}, but none of the keys in Autotask (${this.others.slice(0, SHOWN).join(', ')}${this.others.length > SHOWN ? ` and ${this.others.length - SHOWN} more` : ''}) was made by this label, and the evidence that knew which one was (BILLING_EVIDENCE) is not there: under another label the same money would be billed twice. Nothing was written. Set BILLING_BROKER to the label that the tenant was billed as, or restore the evidence; restart the worker, and run again.`,
    );
  }
}
const SHOWN = 3;

const baseOf = (key: string): string => parseChargeKey(key)?.base ?? fold(key);

/** The same for an organization that is billed alone. */
export function demandProvenLabel(
  dependencies: Pick<Dependencies, 'evidence' | 'tenant' | 'clock'>,
  plan: Plan,
  books: Books,
): Promise<void> {
  const proof = new LabelProof();
  proof.note(plan, books);
  return proof.demand(dependencies);
}
