import type { Rec, TenantWorld } from './tenant.js';

/** Plants secrets and names wherever a person could have written one; answers all of them. */
export function plant(world: TenantWorld): string[] {
  const planted: string[] = [];
  const secret = (kind: string): string => {
    const text = `Planted ${kind} ${String(planted.length).padStart(3, '0')} Zyx`;
    planted.push(text);
    return text;
  };
  const mail = (): string => {
    const text = `anna.planted${planted.length}@zyx-secret.example`;
    planted.push(text);
    return text;
  };
  const guid = (): string => {
    const text = `5ec2e7${String(planted.length).padStart(2, '0')}-aaaa-4bbb-8ccc-d0d0d0d0d0d0`;
    planted.push(text);
    return text;
  };
  const { cloudmore, autotask } = world;
  const renamed = new Map<string, string>();
  for (const organization of cloudmore.organizations!) {
    renamed.set(String(organization.name), (organization.name = secret('customer')));
    Object.assign(organization, {
      customerNumber: secret('number'),
      email: mail(),
      phone: `+47 555 ${String(planted.length).padStart(5, '7')}`,
      internalNotes: `${secret('note')} ${mail()} ${guid()}`,
      customProperties: [
        ...((organization.customProperties as Rec[] | undefined) ?? []),
        { name: secret('property'), value: mail() },
      ],
    });
  }
  for (const block of cloudmore.monthlyBilling!)
    for (const customer of block.organizations as Rec[]) {
      customer.organizationName = renamed.get(String(customer.organizationName)) ?? secret('customer');
      for (const service of customer.services as Rec[])
        for (const item of service.items as Rec[]) {
          item.purchaseOrderNumber = secret('order');
          item.subscriptionName = `${secret('friendly')} for ${mail()}`;
          for (const line of item.products as Rec[])
            Object.assign(line, {
              productName: `${String(line.productName)} ${mail()} ${guid()}`,
              comment: secret('comment'),
              ...(line.subscriptionDescription === undefined ? {} : { subscriptionDescription: secret('description') }),
            });
        }
    }
  for (const subscription of Object.values(cloudmore.subscriptions).flat())
    Object.assign(subscription, {
      organizationName: secret('customer'),
      purchaseOrderNumber: secret('order'),
      name: `Business ${secret('friendly')}`,
    });
  for (const company of autotask.companies!)
    Object.assign(company, {
      companyName: secret('company'),
      companyNumber: secret('no'),
      address1: secret('street'),
      phone: '+47 555 12345',
    });
  for (const contract of autotask.contracts!)
    Object.assign(contract, {
      contractName: secret('contract'),
      description: secret('words'),
      purchaseOrderNumber: secret('order'),
    });
  for (const service of autotask.services!)
    Object.assign(service, { name: secret('service'), description: `${secret('words')} ${mail()}` });
  for (const code of autotask.billingCodes!) code.name = secret('code');
  return planted;
}
