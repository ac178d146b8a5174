import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { addMonths, monthOf } from '../../shared/billing/basics/month.js';
import { today, type Context } from '../context.js';

/** How many months the shell offers, from this one back: what is older is seldom asked for, and typed. */
const MONTHS_OFFERED = 13;
const PRINTED_BY = 'completion';
/** By this the shell asks, with what has been typed so far. */
const ASKED_BY = 'complete';

/**
 * The shell fills in commands, options, their choices, months and brokers; not customers, for the scripts evaluate what is offered, and a customer's name is
 * what anybody wrote. `billing completion bash` only prints the script: where a shell reads it is for its
 * owner to decide. Called last, because it offers what it finds.
 */
export function addCompletion(program: Command, context: Context): void {
  const offered = tab(program, { completionCommandName: PRINTED_BY });
  named(program, PRINTED_BY).description('print a script for shell completion of commands, options, months and brokers');
  const months = Array.from({ length: MONTHS_OFFERED }, (_, back) => addMonths(monthOf(today('UTC')), -back));
  for (const { arguments: taken } of offered.commands.values()) {
    const month = taken.get('month');
    if (month) month.handler = (offer) => months.forEach((name) => offer(name, ''));
  }
  named(program, ASKED_BY).hook('preAction', async () => {
    const { profiles } = await import('../../shared/brokers/profiles.js');
    const brokers = profiles(context.environment).map(({ name }) => name);
    for (const { options } of offered.commands.values()) {
      const broker = options.get('broker');
      if (broker) broker.handler = (offer) => brokers.forEach((name) => offer(name, ''));
    }
  });
}

const named = (program: Command, name: string): Command => program.commands.find((command) => command.name() === name)!;
