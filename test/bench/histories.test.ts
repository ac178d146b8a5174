import { expect, test } from '@jest/globals';
import { payloadOf } from '../../bench/histories.js';

/** What an event carries is counted, whatever it is about: a limit that only activities keep is not a limit. */

const payloads = (bytes: number): object => ({ payloads: [{ data: new Uint8Array(bytes - 1) }, { data: new Uint8Array(1) }] });

const events: [what: string, event: object][] = [
  ['an activity that is asked', { activityTaskScheduledEventAttributes: { input: payloads(1000) } }],
  ['an activity that answered', { activityTaskCompletedEventAttributes: { result: payloads(1000) } }],
  ['a workflow that starts', { workflowExecutionStartedEventAttributes: { input: payloads(1000) } }],
  ['a child that is started', { startChildWorkflowExecutionInitiatedEventAttributes: { input: payloads(1000) } }],
  ['a child that ended', { childWorkflowExecutionCompletedEventAttributes: { result: payloads(1000) } }],
  ['a signal that came', { workflowExecutionSignaledEventAttributes: { input: payloads(1000) } }],
  ['a signal that is sent', { signalExternalWorkflowExecutionInitiatedEventAttributes: { input: payloads(1000) } }],
  ['a continuation', { workflowExecutionContinuedAsNewEventAttributes: { input: payloads(1000) } }],
  ['a workflow that ended', { workflowExecutionCompletedEventAttributes: { result: payloads(1000) } }],
];
test.each(events)('%s', (_, event) => {
  expect(payloadOf({ eventId: 7, taskId: null, ...event })).toBe(1000);
});

test('an event without payloads carries nothing', () => {
  expect(payloadOf({ eventId: 7, workflowTaskStartedEventAttributes: { identity: 'worker' } })).toBe(0);
});
