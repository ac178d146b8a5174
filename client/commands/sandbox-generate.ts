import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../exit.js';
import { checkOutput } from '../files.js';

export interface GenerateCommand {
  lines: number;
  organizations: number;
  seed: number;
  month: string;
  changed: number;
  out: string;
}

/** Writes a world of any size for the sandbox; one seed gives one world. */
export async function generate(context: Context, { out, ...options }: GenerateCommand): Promise<ExitCode> {
  const { generateOptionsSchema, writeGeneratedWorld } = await import('../../sandbox/generate.js');
  const checked = generateOptionsSchema.safeParse(options);
  if (!checked.success)
    throw new CommandError(
      EXIT.usage,
      checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    );
  await checkOutput(out);
  const written = await writeGeneratedWorld(options, out);
  context.out(
    `${out}: ${written.lines} lines of ${written.organizations} organizations, ${written.bytes} bytes. Serve it with: billing sandbox --world ${out}`,
  );
  return EXIT.done;
}
