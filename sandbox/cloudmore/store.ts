import type { CloudmoreWorld } from './world.js';

export type Rec = Record<string, unknown>;
export type Organization = CloudmoreWorld['organizations'][number];
export type Service = CloudmoreWorld['services'][number];
export type PriceListItem = CloudmoreWorld['priceLists'][string][number];
export type Subscription = CloudmoreWorld['subscriptions']['nce'][number];
export type SubscriptionKind = keyof CloudmoreWorld['subscriptions'];
export type Block = CloudmoreWorld['monthlyBilling'][number];

/** What can be changed on Cloudmore's side through the control interface. */
export type PatchKind = 'organizations' | 'subscriptions' | 'priceListItems';

/**
 * The broker's data while the sandbox runs. Records are replaced, never changed in place: the world that was handed in stays what it was, and a
 * report that a task holds does not move under it.
 */
export class Store {
  private readonly organizations: Map<string, Organization>;
  private readonly subscriptions: Record<SubscriptionKind, Subscription[]>;
  private readonly priceLists: Map<string, PriceListItem[]>;

  constructor(readonly world: CloudmoreWorld) {
    this.organizations = new Map(world.organizations.map((organization) => [organization.id.toLowerCase(), organization]));
    this.subscriptions = { ...world.subscriptions };
    this.priceLists = new Map(Object.entries(world.priceLists).map(([id, items]) => [id.toLowerCase(), items]));
  }

  listOrganizations(): Organization[] {
    return [...this.organizations.values()];
  }

  organization(id: string): Organization | undefined {
    return this.organizations.get(id.toLowerCase());
  }

  replaceOrganization(replacement: Organization): void {
    this.organizations.set(replacement.id.toLowerCase(), replacement);
  }

  service(id: string): Service | undefined {
    return this.world.services.find((service) => sameId(service.id, id));
  }

  listSubscriptions(kind: SubscriptionKind): readonly Subscription[] {
    return this.subscriptions[kind];
  }

  /** A subscription of any kind. */
  subscription(id: string): Subscription | undefined {
    return SUBSCRIPTION_KINDS.flatMap((kind) => this.subscriptions[kind]).find((subscription) => sameId(subscription.id, id));
  }

  priceList(serviceId: string): readonly PriceListItem[] {
    return this.priceLists.get(serviceId.toLowerCase()) ?? [];
  }

  replacePriceList(serviceId: string, items: PriceListItem[]): void {
    this.priceLists.set(serviceId.toLowerCase(), items);
  }

  /** Overwrites the members named in `changes`, without the vendor's rules. False when there is no such record. Price list items go by item code. */
  patch(kind: PatchKind, id: string, changes: Rec): boolean {
    switch (kind) {
      case 'organizations':
        return this.patchOrganization(id, changes);
      case 'subscriptions':
        return this.patchSubscription(id, changes);
      case 'priceListItems':
        return this.patchPrices(id, changes);
    }
  }

  state(): Rec {
    return {
      resellerId: this.world.resellerId,
      organizations: this.listOrganizations(),
      services: this.world.services,
      subscriptions: this.subscriptions,
      priceLists: Object.fromEntries(this.priceLists),
      monthlyBilling: this.world.monthlyBilling.map(withoutTree),
    };
  }

  private patchOrganization(id: string, changes: Rec): boolean {
    const organization = this.organization(id);
    if (organization) this.replaceOrganization({ ...organization, ...changes, id: organization.id });
    return organization !== undefined;
  }

  private patchSubscription(id: string, changes: Rec): boolean {
    let found = false;
    for (const kind of SUBSCRIPTION_KINDS) {
      this.subscriptions[kind] = this.subscriptions[kind].map((subscription) => {
        if (!sameId(subscription.id, id)) return subscription;
        found = true;
        return { ...subscription, ...changes };
      });
    }
    return found;
  }

  private patchPrices(itemCode: string, changes: Rec): boolean {
    let found = false;
    for (const [serviceId, items] of this.priceLists) {
      const patched = items.map((item) => {
        if (!sameId(item.itemCode, itemCode)) return item;
        found = true;
        return { ...item, ...changes };
      });
      this.priceLists.set(serviceId, patched);
    }
    return found;
  }
}

const SUBSCRIPTION_KINDS = ['nce', 'legacy', 'azure'] as const;

/** Ids and item codes are compared as GUIDs are: without regard to case. */
export const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A report block may hold a hundred thousand lines; the state shows that it is there, not all of it. */
function withoutTree(block: Block): Rec {
  const { organizations: _tree, ...head } = block;
  return head;
}
