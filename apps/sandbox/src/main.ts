// The program of the sandbox: stand-ins of the vendors, the simulator, and the converter of dialogue files.
import { runCommand } from './commands.ts';

process.exitCode = await runCommand(process.argv.slice(2), { out: process.stdout, err: process.stderr });
