import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { OrganizationResult } from '../shared/billing/results/results.js';
import {
  APPROVE_SIGNAL,
  APPROVE_UPDATE,
  MISNAMED_SIGNAL,
  REPORT_SIGNAL,
  RERUN_SIGNAL,
  RERUN_UPDATE,
  SETTLED_SIGNAL,
  SKIP_SIGNAL,
  SKIP_UPDATE,
  STATUS_QUERY,
  UNDO_UPDATE,
} from '../shared/messages/names.js';
import { RAW_ARGUMENTS } from './messages.js';

/** What a signal brings is read by `messages.ts`. */
export const skip = defineSignal<unknown[]>(SKIP_SIGNAL, RAW_ARGUMENTS);
export const rerun = defineSignal<unknown[]>(RERUN_SIGNAL, RAW_ARGUMENTS);
export const approve = defineSignal<unknown[]>(APPROVE_SIGNAL, RAW_ARGUMENTS);
export const newReport = defineSignal<unknown[]>(REPORT_SIGNAL, RAW_ARGUMENTS);
export const settled = defineSignal<unknown[]>(SETTLED_SIGNAL, RAW_ARGUMENTS);
export const misnamed = defineSignal<unknown[]>(MISNAMED_SIGNAL, RAW_ARGUMENTS);
export const skipNow = defineUpdate<string, [raw: unknown, from: unknown]>(SKIP_UPDATE);
export const rerunNow = defineUpdate<string, [raw: unknown, from: unknown]>(RERUN_UPDATE);
export const approveNow = defineUpdate<string, [raw: unknown, from: unknown]>(APPROVE_UPDATE);
export const undoNow = defineUpdate<string, [raw: unknown, from: unknown]>(UNDO_UPDATE);
export const status = defineQuery<OrganizationResult>(STATUS_QUERY);
