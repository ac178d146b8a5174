import { postedText } from '../basics/decimal.js';
import { firstDay, nextMonth } from '../basics/month.js';
import type { Draft } from './plan-contract.js';
import { show, type Place } from '../amounts/standing.js';
import type { Ghost } from '../plan-types.js';
import type { Contract, Month, RecordType } from '../types.js';

/** 7.6: the units of what is paid once could not be ended. The month is right; a person has to see to the next one. */
export function carriedGhosts({ entry: { item }, place, amounts }: Draft, contract: Contract | null, month: Month): Ghost[] {
  const { carriesOn: row } = amounts;
  if (row === null || contract === null) return [];
  const sums = { sales: row.posted.price, cost: row.posted.cost };
  const following = nextMonth(month);
  return [
    {
      contractId: contract.id,
      contractKey: place.contractKey,
      serviceId: place.serviceId,
      type: item.type as RecordType,
      itemCode: item.itemCode,
      currency: item.currency,
      quantity: String(row.units),
      cost: postedText(sums.cost, item.currency),
      sales: postedText(sums.sales, item.currency),
      outcome: 'ghost',
      rule: '7.6',
      message: `${show(sums, item.currency)} of ${item.productName} continues into ${following} on contract ${contract.id}, although it is paid once: ${whyNot(place)}`,
    },
  ];
}

function whyNot({ isRefused, rows, month }: Place): string {
  const remedy = `Set them to 0 there from ${firstDay(nextMonth(month))} on.`;
  if (isRefused) return `Autotask refused to set its units to 0. ${remedy}`;
  if (rows.laterIsFrozen)
    return `its units cannot be set to 0, because a later month is approved. Unpost that month and set them to 0, or credit the amount.`;
  return `its units cannot be set to 0, because a later month has fewer units and would fall below zero. ${remedy}`;
}
