import { defaultPayloadConverter } from '@temporalio/common';
import { workflowInfo, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { MISNAMED_SIGNAL } from '../shared/messages/names.js';
import { SIGNALS } from './messages.js';

/**
 * A signal under a name that nobody knows is kept for a handler that never comes, and its sender hears that it succeeded. Here it is handed to one that
 * says: under a name of ours, with the name that it came under. What was in it is not looked at, for it may be no value at all.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate: (input, next) => {
        const known = SIGNALS[workflowInfo().workflowType] ?? [];
        for (const { signalWorkflow } of input.activation.jobs ?? []) {
          const name = signalWorkflow?.signalName ?? '';
          if (signalWorkflow == null || known.length === 0 || known.includes(name) || name.startsWith('__')) continue;
          signalWorkflow.signalName = MISNAMED_SIGNAL;
          signalWorkflow.input = [defaultPayloadConverter.toPayload(name)];
        }
        next(input);
      },
    },
  ],
});
