// Runs the command that the command line names, and turns errors into a message and an exit code.
import { helpOf, readOptions, type Streams, UsageError } from './command-line.ts';
import { ConversionError, dialogues } from './simulator/dialogues.ts';
import { DialogueFileError } from './conversations/dialogue-file.ts';
import { serve } from './stand-ins/serve.ts';
import { simulate } from './simulator/simulate.ts';

const commands = [serve, simulate, dialogues];

/** Runs the program with its arguments; resolves with the exit code. */
export async function runCommand(args: readonly string[], streams: Streams): Promise<number> {
  const named = args[0] !== undefined && !args[0].startsWith('-');
  const command = named ? commands.find(({ name }) => name === args[0]) : serve;
  const rest = named ? args.slice(1) : args;
  if (!command)
    return fail(
      streams,
      `sandbox: "${args[0]}" is not a command; use ${commands.map(({ name }) => name).join(', ')}`,
      2,
    );
  if (rest.includes('--help') || rest.includes('-h')) {
    streams.out.write(named ? helpOf(command) : overview());
    return 0;
  }
  try {
    return await command.run(readOptions(command, rest), streams);
  } catch (error) {
    if (error instanceof UsageError)
      return fail(streams, `sandbox ${command.name}: ${error.message}; --help shows the options`, 2);
    if (error instanceof DialogueFileError || error instanceof ConversionError)
      return fail(streams, error.message, 1);
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      return fail(
        streams,
        `sandbox ${command.name}: port ${(error as { port?: number }).port} is in use; choose another with --port or PORT`,
        1,
      );
    throw error;
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const listed = commands.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  return [
    'sandbox [COMMAND] [OPTIONS]',
    '',
    ...listed,
    '',
    'Each command has its own --help.',
    '',
    helpOf(serve),
  ].join('\n');
}

function fail({ err }: Streams, message: string, code: number): number {
  err.write(`${message}\n`);
  return code;
}
