import { us } from '../../terminal/called.js';
import type { Context } from '../../context.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { checkOutput, writeOutput } from '../../files.js';
import { jsonText } from '../../terminal/printable.js';

export interface GenerateCommand {
  lines: number;
  organizations: number;
  seed: number;
  month: string;
  changed: number;
  /** With services and contracts that stood there before. */
  past: boolean;
  out: string;
}

/** Writes a world of any size for the sandbox; one seed gives one world. */
export async function generate(context: Context, { out, past, ...options }: GenerateCommand): Promise<ExitCode> {
  const { generateOptionsSchema, writeGeneratedWorld } = await import('../../../sandbox/generate.js');
  const checked = generateOptionsSchema.safeParse(options);
  if (!checked.success)
    throw new CommandError(
      EXIT.usage,
      checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    );
  await checkOutput(out);
  if (past) {
    const { generateWorld } = await import('../../../sandbox/generate.js');
    const { withPast } = await import('../../../sandbox/generate/past.js');
    await writeOutput(out, `${jsonText(withPast(generateWorld(options), options.seed))}\n`);
    context.out(`${out}: ${options.organizations} organizations with a past. Serve it with: ${us()} sandbox --world ${out}`);
    return EXIT.done;
  }
  const written = await writeGeneratedWorld(options, out);
  context.out(
    `${out}: ${written.lines} lines of ${written.organizations} organizations, ${written.bytes} bytes. Serve it with: ${us()} sandbox --world ${out}`,
  );
  return EXIT.done;
}
