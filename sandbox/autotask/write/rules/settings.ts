import type { Company, Currency, TaxCategory, UdfDefinition } from '../../entities/settings.js';
import { refuse } from '../../refusal.js';
import { nowIso } from '../../tenant.js';
import type { Rules } from './rules.js';

export const companyRules: Rules<Company> = {
  complete: (tenant, draft) => ({ isActive: draft.isActive ?? true, createDate: nowIso(tenant) }),
  derive: (tenant) => ({ lastTrackedModifiedDateTime: nowIso(tenant) }),
};

export const currencyRules: Rules<Currency> = {
  derive: (tenant) => ({ lastModifiedDateTime: nowIso(tenant) }),
};

export const taxCategoryRules: Rules<TaxCategory> = {
  complete: (_tenant, draft) => ({ isActive: draft.isActive ?? true }),
};

export const udfDefinitionRules: Rules<UdfDefinition> = {
  complete: (tenant, draft) => ({
    isActive: draft.isActive ?? true,
    isRequired: draft.isRequired ?? false,
    createDate: nowIso(tenant),
  }),
  check(tenant, after, before) {
    const same = [...tenant.tables.udfDefinitions.all()].find(
      ({ id, name, udfType }) =>
        id !== before?.id && udfType === after.udfType && name?.toLowerCase() === after.name?.toLowerCase(),
    );
    if (same) throw refuse(`A user-defined field with the name ${after.name} already exists.`);
  },
};
