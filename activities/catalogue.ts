import { fold } from '../shared/billing/text.js';
import type { EnsureProductStep, EnsureServiceStep } from '../shared/billing/types.js';
import type { StepRequest } from '../shared/contract.js';
import { ApiError } from '../shared/http/errors.js';
import type { Dependencies } from './dependencies.js';
import { MADE_WITHIN_MS, sendOnce, type Turns } from './sending.js';
import type { Done } from './steps.js';

/** Services and products: found by key, else made, one at a time per key. A made one is remembered, because queries may show it late. */
export class Catalogue {
  private readonly made = new Map<string, number>();

  constructor(
    private readonly dependencies: Dependencies,
    private readonly turns: Turns,
  ) {}

  ensureService(request: StepRequest<EnsureServiceStep>): Promise<Done> {
    const { step } = request;
    if (step.serviceId !== null) return this.updateService(step, step.serviceId);
    return this.ensure(`service ${fold(step.serviceKey)}`, request, {
      find: () => this.findService(step.serviceKey),
      create: () =>
        this.dependencies.autotask.createService({
          name: step.name,
          description: step.description,
          key: step.serviceKey,
          unitPrice: step.unitPrice,
          unitCost: step.unitCost,
          billingCodeId: this.dependencies.settings.serviceBillingCodeId,
          slaId: this.dependencies.settings.slaId,
        }),
    });
  }

  ensureProduct(request: StepRequest<EnsureProductStep>): Promise<Done> {
    const { step } = request;
    return this.ensure(`product ${fold(step.productKey)}`, request, {
      find: () => this.findProduct(step),
      create: () =>
        this.dependencies.autotask.createProduct({
          name: step.name,
          key: step.productKey,
          billingCodeId: this.dependencies.settings.productBillingCodeId,
        }),
    });
  }

  /** Absolute values: sent again without harm. */
  private async updateService({ unitPrice, unitCost }: EnsureServiceStep, id: number): Promise<Done> {
    await this.dependencies.autotask.updateService(id, { unitPrice, unitCost });
    return { result: 'written', id };
  }

  private ensure(
    key: string,
    request: StepRequest,
    { find, create }: { find: () => Promise<number | null>; create: () => Promise<number> },
  ): Promise<Done> {
    return this.turns.take(key, async () => {
      const known = this.made.get(key) ?? (await find());
      if (known !== null) return { result: 'already', id: known };
      const id = await sendOnce(this.dependencies, request, {
        identity: [key],
        comesWithinMs: MADE_WITHIN_MS,
        find,
        send: create,
      });
      this.made.set(key, id);
      return { result: 'written', id };
    });
  }

  private async findService(key: string): Promise<number | null> {
    const active = (await this.dependencies.autotask.findServices(key)).filter(
      (service) => service.isActive && fold(service.key) === fold(key),
    );
    return onlyId(active, `Services with invoice description ${key}`);
  }

  private async findProduct({ productKey, name }: EnsureProductStep): Promise<number | null> {
    const active = (await this.dependencies.autotask.findProducts(productKey, name)).filter((product) => product.isActive);
    const byKey = active.filter((product) => fold(product.key) === fold(productKey));
    return onlyId(
      byKey.length > 0 ? byKey : active.filter((product) => fold(product.name) === fold(name)),
      `Products for ${productKey}`,
    );
  }
}

function onlyId(hits: { id: number }[], what: string): number | null {
  if (hits.length > 1)
    throw new ApiError('rejected', `${what}: ${hits.map(({ id }) => id).join(', ')} are all active. Keep one.`);
  return hits[0]?.id ?? null;
}
