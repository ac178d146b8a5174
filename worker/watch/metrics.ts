import type { MetricGauge, MetricMeter } from '@temporalio/common';

/**
 * What the worker reports to a Prometheus besides the SDK's own metrics. All are gauges, read from the evidence, Temporal and the gate when they are asked for, so that
 * a restart forgets nothing. Labels hold months, currencies, outcomes and reasons: names, ids and single amounts of customers never.
 */
export const METRICS = {
  billing_month_lines: 'Lines of the month by what became of them; report is the sum of posted, held and excluded',
  billing_month_sales: 'The same in money, sales, by currency',
  billing_month_cost: 'The same in money, cost, by currency',
  billing_month_organizations_waiting: 'Customers of the month with something held, by reason',
  billing_month_writes: 'What the month wrote to Autotask',
  billing_run_ended_timestamp_seconds: 'When the last run ended; 0 if none ever has',
  billing_run_open_seconds: 'How long the oldest run has been under way; 0 if none is',
  billing_faults: 'Faults of runs and customers that the last check of Temporal found',
  billing_notices_undelivered: 'Channels that did not take the last notice',
  billing_evidence_bytes: 'What the evidence takes on disk',
  billing_figures_read_timestamp_seconds: 'When the figures above were read last',
  billing_broker_served: '1 if this process serves the broker, 0 if its settings are wrong or its worker cannot be started',
  billing_lease_held: '1 if this process serves Autotask, 0 if it is on standby',
  billing_autotask_calls_limit: 'Calls an hour: ours (AUTOTASK_CALLS_PER_HOUR), and the tenant’s, if known',
  billing_autotask_calls_used: 'Calls of the last hour: ours, and everybody’s as last seen',
  billing_autotask_calls_left: 'Calls that may go out before ours wait',
  billing_autotask_calls_waiting: 'Calls that are waiting for quota now',
} as const;

export type MetricName = keyof typeof METRICS;
export type Labels = Record<string, string>;

/** One number to show. */
export interface Figure {
  name: MetricName;
  labels: Labels;
  value: number;
}

export const figure = (name: MetricName, value: number, labels: Labels = {}): Figure => ({ name, labels, value });

/** The gauges. What is no longer among the figures of its group is shown as 0: a gauge that was set once stays. */
export class Gauges {
  private readonly gauges = new Map<MetricName, MetricGauge>();
  private readonly shown = new Map<string, Map<string, Figure>>();

  constructor(private readonly meter: MetricMeter) {}

  show(group: string, figures: Figure[]): void {
    const now = new Map(figures.map((one) => [`${one.name} ${JSON.stringify(one.labels)}`, one]));
    for (const [key, { name, labels }] of this.shown.get(group) ?? []) if (!now.has(key)) this.gaugeOf(name).set(0, labels);
    for (const { name, labels, value } of now.values()) this.gaugeOf(name).set(value, labels);
    this.shown.set(group, new Map([...(this.shown.get(group) ?? []), ...now]));
  }

  /** Of what nobody asks about any more: no number at all, which no alert goes by. */
  drop(group: string): void {
    for (const { name, labels } of this.shown.get(group)?.values() ?? []) this.gaugeOf(name).set(NaN, labels);
    this.shown.delete(group);
  }

  private gaugeOf(name: MetricName): MetricGauge {
    const gauge = this.gauges.get(name) ?? this.meter.createGauge(name, 'float', undefined, METRICS[name]);
    this.gauges.set(name, gauge);
    return gauge;
  }
}
