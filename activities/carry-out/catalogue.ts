import { fold } from '../../shared/billing/basics/text.js';
import type { EnsureProductStep, EnsureServiceStep, Plan } from '../../shared/billing/plan-types.js';
import type { Books, Product, Service } from '../../shared/billing/types.js';
import type { StepRequest } from '../../shared/messages/messages.js';
import { ApiError } from '../../shared/http/errors.js';
import type { Dependencies } from '../dependencies.js';
import type { Making, Proofs } from './proof.js';
import type { KeyedMutex } from './keyed-mutex.js';
import { MADE_WITHIN_MS, sendNew } from './send-once.js';
import type { Done } from './steps.js';

/**
 * Services and products are everybody's: many organizations need the same one, and each is made, or brought up to date, once. What was written is
 * remembered: queries may show it late, and the organizations that come after need neither look nor write.
 */
export class Catalogue {
  private readonly services = new Map<string, Written<Service>>();
  private readonly products = new Map<string, Written<Product>>();

  constructor(
    private readonly dependencies: Dependencies,
    private readonly making: KeyedMutex,
    private readonly proofs: Proofs,
  ) {}

  ensureService(request: StepRequest<EnsureServiceStep>): Promise<Done> {
    const { step, organizationId } = request;
    const { serviceKey, name, unitPrice, unitCost } = step;
    const remember = (id: number): void => {
      const record = { id, name, key: serviceKey, isActive: true, unitPrice, unitCost };
      this.services.set(fold(serviceKey), { record, by: fold(organizationId), at: this.now() });
      this.dependencies.autotask.noteService(record);
    };
    const key = `service ${fold(serviceKey)}`;
    if (step.serviceId !== null) return this.making.run(key, () => this.updateService(step, step.serviceId!, remember));
    return this.ensure(
      { kind: 'service', key: serviceKey, shows: (id) => this.dependencies.autotask.showsService(id) },
      request,
      {
        known: () => this.services.get(fold(serviceKey))?.record.id ?? null,
        find: () => this.findService(serviceKey),
        remember,
        create: () => this.createService(step),
      },
    );
  }

  private async createService({ name, description, serviceKey: key, unitPrice, unitCost }: EnsureServiceStep): Promise<number> {
    const { autotask, settings } = this.dependencies;
    const { serviceBillingCodeId: billingCodeId, slaId } = settings;
    try {
      return await autotask.createService({ name, description, key, unitPrice, unitCost, billingCodeId, slaId });
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'duplicate') throw error;
      throw new ApiError(
        'duplicate',
        `Another service, perhaps an inactive one, already has the name "${name}", and service names are unique in Autotask. Rename that one, or give it the invoice description ${key} and activate it. ${error.message}`,
      );
    }
  }

  ensureProduct(request: StepRequest<EnsureProductStep>): Promise<Done> {
    const { step, organizationId } = request;
    const { productKey, name } = step;
    const shows = (id: number): Promise<boolean> => this.dependencies.autotask.showsProduct(id);
    return this.ensure({ kind: 'product', key: productKey, shows }, request, {
      known: () => this.products.get(fold(productKey))?.record.id ?? null,
      find: () => this.findProduct(step),
      remember: (id) => {
        const record = { id, name, key: productKey, isActive: true };
        this.products.set(fold(productKey), { record, by: fold(organizationId), at: this.now() });
        this.dependencies.autotask.noteProduct(record);
      },
      create: () =>
        this.dependencies.autotask.createProduct({
          name,
          key: productKey,
          billingCodeId: this.dependencies.settings.productBillingCodeId,
        }),
    });
  }

  /** Services and products of the plan that another organization wrote a moment ago, and reads back itself. */
  writtenByOthers(plan: Plan, organizationId: string): Pick<Books, 'services' | 'products'> {
    const isOthers = (written: Written<unknown> | undefined): boolean =>
      written !== undefined && written.by !== fold(organizationId) && this.isRecent(written);
    const services = plan.steps.map((step) =>
      step.kind === 'ensureService' ? this.services.get(fold(step.serviceKey)) : undefined,
    );
    const products = plan.steps.map((step) =>
      step.kind === 'ensureProduct' ? this.products.get(fold(step.productKey)) : undefined,
    );
    return {
      services: services.filter(isOthers).map((written) => written!.record),
      products: products.filter(isOthers).map((written) => written!.record),
    };
  }

  /** Absolute values: sent again without harm, but not for every organization that has the service. */
  private async updateService(step: EnsureServiceStep, id: number, remember: (id: number) => void): Promise<Done> {
    const { serviceKey, unitPrice, unitCost, reactivates } = step;
    const last = this.services.get(fold(serviceKey));
    const isDone =
      last !== undefined &&
      this.isRecent(last) &&
      last.record.id === id &&
      last.record.unitPrice === unitPrice &&
      last.record.unitCost === unitCost;
    if (isDone) return { result: 'already', id };
    await this.dependencies.autotask.updateService(id, {
      unitPrice,
      unitCost,
      ...(reactivates ? { activeAs: serviceKey } : {}),
    });
    remember(id);
    return { result: 'written', id };
  }

  private ensure(
    { kind, key, shows }: Pick<Making, 'kind' | 'key' | 'shows'>,
    request: StepRequest,
    {
      known,
      find,
      remember,
      create,
    }: {
      known: () => number | null;
      find: () => Promise<number | null>;
      remember: (id: number) => void;
      create: () => Promise<number>;
    },
  ): Promise<Done> {
    const name = `${kind} ${fold(key)}`;
    // The plan saw none, so it is looked for only where one of us has sent it since.
    const write = { identity: [name], comesWithinMs: MADE_WITHIN_MS, find, send: create };
    return this.making.run(name, async () => {
      const before = known();
      if (before !== null) return { result: 'already', id: before };
      const make = (): ReturnType<typeof sendNew> => sendNew(this.dependencies, request, write);
      const { id, isNew } = await this.proofs.make({ kind, key, shows, broker: request.broker, make });
      remember(id);
      return { result: isNew ? 'written' : 'already', id };
    });
  }

  /** As long as a survey counts as fresh: plans made from it do not know better. */
  private isRecent({ at }: Written<unknown>): boolean {
    return this.now() - at <= this.dependencies.surveyMaxAgeMs;
  }

  private now(): number {
    return this.dependencies.clock.now().getTime();
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

/** A record as it was written, by which organization and when. */
interface Written<Record> {
  record: Record;
  by: string;
  at: number;
}

function onlyId(hits: { id: number }[], what: string): number | null {
  if (hits.length > 1)
    throw new ApiError('rejected', `${what}: ${hits.map(({ id }) => id).join(', ')} are all active. Keep one.`);
  return hits[0]?.id ?? null;
}
