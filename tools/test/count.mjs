// Prints the last line of a CI run, `N passed, N failed`, from jest's JSON.
import { existsSync, readFileSync } from 'node:fs';

const file = process.argv[2] ?? '';
const {
  numPassedTests = 0,
  numFailedTests = 0,
  numRuntimeErrorTestSuites = 0,
} = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : // jest did not come to an end: that is a failure, not a run without tests.
    { numFailedTests: 1 };
// A suite that cannot even be loaded has no tests to count and is a failure all the same.
console.log(`${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`);
