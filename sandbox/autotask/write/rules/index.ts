import type { AnyRecord, TableName } from '../../fields.js';
import { chargeRules } from './charges.js';
import { productRules, serviceRules } from './catalogue.js';
import { contractRules, contractServiceRules } from './contracts.js';
import type { Rules } from './rules.js';
import { companyRules, currencyRules, taxCategoryRules, udfDefinitionRules } from './settings.js';

/** The rules of every entity that has any beyond its description. */
export const RULES: Partial<Record<TableName, Rules<AnyRecord>>> = {
  contracts: contractRules,
  contractServices: contractServiceRules,
  charges: chargeRules,
  services: serviceRules,
  products: productRules,
  companies: companyRules,
  currencies: currencyRules,
  taxCategories: taxCategoryRules,
  udfDefinitions: udfDefinitionRules,
};
