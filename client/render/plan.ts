import type { MonthResult } from '../../shared/billing/results.js';
import type { Plan, Step } from '../../shared/billing/types.js';

/** A plan as people read it, before anything is written: `+` new, `~` changed, `-` to nothing, `!` held. */

export function renderPlans(plans: Plan[], result: MonthResult, calls: { autotask: number; cloudmore: number }): string {
  const shown = plans.filter(
    (plan) => plan.steps.length > 0 || plan.items.some(({ outcome }) => outcome !== 'posted') || plan.ghosts.length > 0,
  );
  return [...shown.map(renderPlan), lastLine(plans, result, calls)].join('\n\n');
}

function renderPlan(plan: Plan): string {
  const held = plan.items
    .filter(({ outcome }) => outcome !== 'posted')
    .map(
      (item) =>
        `  ${item.outcome === 'held' ? '!' : ' '} ${item.productName} ${item.sales} ${item.currency} ${item.outcome} (${item.reason}): ${item.message}`,
    );
  return [
    `${plan.organizationName} (${plan.organizationId}), company ${plan.companyId ?? 'none'}`,
    ...plan.steps.map((step) => `  ${markOf(step)} ${step.summary}`),
    ...held,
    ...plan.ghosts.map(
      (ghost) => `  ${ghost.outcome === 'ghost' ? '!' : ' '} ${ghost.sales} ${ghost.currency} ${ghost.outcome}: ${ghost.message}`,
    ),
    ...plan.notes.map(({ code, message }) => `    ${code}: ${message}`),
    ...(plan.steps.length > 0 ? [`    digest ${plan.digest}`] : []),
  ].join('\n');
}

function markOf(step: Step): '+' | '~' | '-' {
  switch (step.kind) {
    case 'ensureService':
      return step.serviceId === null ? '+' : '~';
    case 'ensureProduct':
      return '+';
    case 'upsertContract':
      return step.contractId === null ? '+' : '~';
    case 'extendContract':
      return '~';
    case 'postAdjustment':
      return step.purpose !== 'amounts' ? '-' : step.before?.units === 0 ? '+' : '~';
    case 'postCharge':
      return step.action === 'create' ? '+' : step.action === 'update' ? '~' : '-';
  }
}

function lastLine(
  plans: Plan[],
  { report, posted, held, excluded, currency }: MonthResult,
  calls: { autotask: number; cloudmore: number },
): string {
  const steps = plans.flatMap((plan) => plan.steps);
  const count = (mark: string): number => steps.filter((step) => markOf(step) === mark).length;
  const money = `report ${report.sales} = posted ${posted.sales} + held ${held.sales} + excluded ${excluded.sales} ${currency}`;
  const effort = `read with ${calls.autotask} calls to Autotask and ${calls.cloudmore} to Cloudmore`;
  return `${steps.length} steps: ${count('+')} new, ${count('~')} changed, ${count('-')} to nothing. After them: ${money}. ${effort}. Nothing was written.`;
}
