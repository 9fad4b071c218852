// The command line of operators: `setup` and `dlq`. Only the code of the called group is loaded.
export {};

const args = process.argv.slice(2);
if (args[0] === 'dlq') {
  const { runDlq } = await import('./dlq/run.ts');
  process.exitCode = await runDlq(args.slice(1));
} else {
  const { runSetup } = await import('./setup/command.ts');
  // The word `setup` may be left out.
  process.exitCode = await runSetup(args[0] === 'setup' ? args.slice(1) : args);
}
