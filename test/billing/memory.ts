import { big, plain } from '../../shared/billing/basics/decimal.js';
import { addMonths, firstDay, lastDay, monthOf } from '../../shared/billing/basics/month.js';
import { fold } from '../../shared/billing/basics/text.js';
import type { PostAdjustmentStep, PostChargeStep, Step } from '../../shared/billing/plan-types.js';
import type { Books, Contract, Row, Service } from '../../shared/billing/types.js';

/**
 * Autotask in memory, as far as a plan's steps go (`docs/vendors/autotask.md` 4 and 11): adjustments carry forward, a second one of a date is refused,
 * extensions carry the last row on. Deliberately plain; it shares nothing with the planner but the types.
 */
export class AutotaskInMemory {
  private nextId = 9000;
  private readonly adjusted = new Set<string>();
  /** Unit prices of rows, which a row of 0 units keeps. */
  private readonly unitPrices = new Map<number, { price: string; cost: string }>();

  constructor(readonly books: Books) {}

  /** The same Autotask once more, to try something on. */
  copy(): AutotaskInMemory {
    const copy = new AutotaskInMemory(structuredClone(this.books));
    copy.nextId = this.nextId;
    for (const key of this.adjusted) copy.adjusted.add(key);
    for (const [id, prices] of this.unitPrices) copy.unitPrices.set(id, prices);
    return copy;
  }

  /** Carries out a plan's steps; answers the items whose adjustment was refused. Their other steps assumed it, and are left. */
  apply(steps: Step[]): string[] {
    const refused: string[] = [];
    for (const step of steps) {
      if (step.items.length > 0 && step.items.every((id) => refused.includes(id))) continue;
      if (!this.applyStep(step)) refused.push(...step.items);
    }
    return refused;
  }

  private applyStep(step: Step): boolean {
    switch (step.kind) {
      case 'ensureService':
        this.ensureService(step);
        return true;
      case 'ensureProduct':
        this.books.products.push({ id: this.id(), name: step.name, key: step.productKey, isActive: true });
        return true;
      case 'upsertContract':
        this.upsertContract(step);
        return true;
      case 'extendContract':
        this.extend(this.contract(step.contractKey), step.toDay);
        return true;
      case 'postAdjustment':
        return this.adjust(step);
      case 'postCharge':
        this.charge(step);
        return true;
    }
  }

  private id(): number {
    return (this.nextId += 1);
  }

  private contract(key: string): Contract {
    return this.books.contracts.find(
      (contract) => fold(contract.subscriptionId) === fold(key) || fold(contract.number) === fold(key),
    )!;
  }

  private ensureService({
    serviceKey: key,
    serviceId,
    name,
    unitPrice,
    unitCost,
  }: Extract<Step, { kind: 'ensureService' }>): void {
    const found = this.books.services.find(({ id }) => id === serviceId);
    if (found) Object.assign(found, { unitPrice, unitCost });
    else this.books.services.push({ id: this.id(), name, key, isActive: true, unitPrice, unitCost } satisfies Service);
  }

  private upsertContract(step: Extract<Step, { kind: 'upsertContract' }>): void {
    const found = this.books.contracts.find(({ id }) => id === step.contractId);
    if (found) {
      Object.assign(found, {
        slaId: step.set.slaId ?? found.slaId,
        subscriptionId: step.set.subscriptionId ?? found.subscriptionId,
        number: step.set.number ?? found.number,
      });
      return;
    }
    const id = this.id();
    const { companyId, name, contractKey, startDay, endDay } = step;
    this.books.contracts.push({
      id,
      companyId,
      name,
      number: contractKey,
      subscriptionId: contractKey,
      isActive: true,
      isRecurringService: true,
      isMonthly: true,
      startDay,
      endDay,
      slaId: 3,
    });
    this.books.detailed.push(id);
  }

  private extend(contract: Contract, toDay: string): void {
    if (contract.endDay >= toDay) return;
    const from = addMonths(monthOf(contract.endDay), 1);
    const services = [
      ...new Set(this.books.rows.filter((row) => row.contractId === contract.id).map((row) => row.contractServiceId)),
    ];
    for (const contractServiceId of services) {
      const rows = this.rowsOf(contractServiceId);
      const last = rows.at(-1)!;
      for (let month = from; firstDay(month) <= toDay; month = addMonths(month, 1))
        this.books.rows.push({ ...last, id: this.id(), startDay: firstDay(month), endDay: lastDay(month), frozen: false });
    }
    contract.endDay = toDay;
  }

  private rowsOf(contractServiceId: number): Row[] {
    return this.books.rows
      .filter((row) => row.contractServiceId === contractServiceId)
      .sort((left, right) => (left.startDay < right.startDay ? -1 : 1));
  }

  private adjust(step: PostAdjustmentStep): boolean {
    const contract = this.contract(step.contractKey);
    const service = step.serviceId ?? this.books.services.find((candidate) => fold(candidate.key) === fold(step.serviceKey))!.id;
    const contractServiceId = this.contractService(contract, service);
    const rows = this.rowsOf(contractServiceId).filter((row) => row.startDay >= step.day);
    const first = rows[0]!;
    const change = step.units - (step.before?.units ?? first.units);
    if (change === 0 && step.unitPrice === null) return true;
    const key = `${contractServiceId} ${step.day}`;
    if (this.adjusted.has(key)) return false;
    if (rows.some((row) => row.frozen)) throw new Error(`an adjustment of ${step.day} touches a frozen row`);
    this.adjusted.add(key);
    for (const row of rows) this.write(row, row.units + change, step.unitPrice, step.unitCost);
    return true;
  }

  private write(row: Row, units: number, price: string | null, cost: string | null): void {
    const before =
      this.unitPrices.get(row.id) ??
      (row.units === 0
        ? { price: '0', cost: '0' }
        : { price: plain(big(row.price).div(row.units)), cost: plain(big(row.cost).div(row.units)) });
    const after = { price: price ?? before.price, cost: cost ?? before.cost };
    if (units < 0) throw new Error(`row ${row.id} would have ${units} units`);
    this.unitPrices.set(row.id, after);
    Object.assign(row, { units, price: plain(big(after.price).times(units)), cost: plain(big(after.cost).times(units)) });
  }

  /** The contract's service, made with empty rows for its whole life when it is new. */
  private contractService(contract: Contract, serviceId: number): number {
    const found = this.books.rows.find((row) => row.contractId === contract.id && row.serviceId === serviceId);
    if (found) return found.contractServiceId;
    const contractServiceId = this.id();
    for (let month = monthOf(contract.startDay); firstDay(month) <= contract.endDay; month = addMonths(month, 1))
      this.books.rows.push({
        id: this.id(),
        contractId: contract.id,
        contractServiceId,
        serviceId,
        startDay: firstDay(month),
        endDay: lastDay(month),
        units: 0,
        price: '0',
        cost: '0',
        frozen: false,
      });
    return contractServiceId;
  }

  private charge(step: PostChargeStep): void {
    if (step.action === 'delete') {
      this.books.charges = this.books.charges.filter(({ id }) => id !== step.chargeId);
      return;
    }
    const amounts = {
      quantity: step.quantity,
      unitPrice: step.unitPrice,
      unitCost: step.unitCost,
      price: plain(big(step.unitPrice).times(step.quantity)),
      cost: plain(big(step.unitCost).times(step.quantity)),
    };
    const found = this.books.charges.find(({ id }) => id === step.chargeId);
    if (found?.billed) throw new Error(`charge ${found.id} is billed`);
    if (found) Object.assign(found, amounts);
    else
      this.books.charges.push({
        id: this.id(),
        contractId: this.contract(step.contractKey).id,
        key: step.chargeKey,
        productId: step.productId,
        day: step.day,
        billed: false,
        ...amounts,
      });
  }

  /** A person ends a contract earlier: what lies after goes, adjustments included, unless a posted row does (`docs/vendors/autotask.md` 4). */
  shorten(contract: Contract, endDay: string): void {
    const later = this.books.rows.filter((row) => row.contractId === contract.id && row.startDay > endDay);
    if (later.some(({ frozen }) => frozen)) return;
    this.books.rows = this.books.rows.filter((row) => !later.includes(row));
    for (const { contractServiceId, startDay } of later) this.adjusted.delete(`${contractServiceId} ${startDay}`);
    contract.endDay = endDay;
  }

  /** What a person's Approve & Post does. */
  freeze(through: string): void {
    for (const row of this.books.rows) if (row.endDay <= through) row.frozen = true;
    for (const charge of this.books.charges) if (charge.day <= through) charge.billed = true;
  }
}
