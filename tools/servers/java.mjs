// Finds Java 17 or newer and Maven, and says what to install if they are missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes/run.mjs';

/** Java or Maven is missing; the message is everything the reader needs. */
export class MissingToolError extends Error {
  code = 'TOOL_MISSING';
}

const oldestJava = 17;

/** Formulas of Homebrew that are new enough. None is put on PATH ("keg-only"), and macOS's own `java` only says so. */
const homebrewFormulas = ['openjdk@17', 'openjdk@21', 'openjdk@25', 'openjdk'];

/**
 * The java to run: JAVA_HOME's where set, on macOS Homebrew's where there is one, else the one on PATH.
 * @param {NodeJS.ProcessEnv} env @param {string} platform
 */
export function javaCommand(env = process.env, platform = process.platform) {
  const home = env['JAVA_HOME'] && join(env['JAVA_HOME'], 'bin', 'java');
  if (home && existsSync(home)) return home;
  const homebrew = platform === 'darwin' ? homebrewJavas(env).find((java) => existsSync(java)) : undefined;
  return homebrew ?? 'java';
}

/**
 * Where Homebrew keeps them: its prefix is one folder on Apple silicon, another on Intel.
 * @param {NodeJS.ProcessEnv} env
 */
function homebrewJavas(env) {
  const given = env['HOMEBREW_PREFIX'];
  const prefixes = given ? [given] : ['/opt/homebrew', '/usr/local'];
  return prefixes.flatMap((prefix) =>
    homebrewFormulas.map((formula) => join(prefix, 'opt', formula, 'bin', 'java')),
  );
}

/** @returns {number | undefined} the major version, undefined when there is none */
export function javaVersion(env = process.env) {
  const { stderr, status } = spawnSync(javaCommand(env), ['-version'], { encoding: 'utf8', env });
  const major = status === 0 ? /version "(?:1\.)?(\d+)/.exec(stderr)?.[1] : undefined;
  return major === undefined ? undefined : Number(major);
}

/** What is missing, as the reader would say it. @param {{ needMaven: boolean }} options @returns {string[]} */
export function missingTools({ needMaven }, env = process.env) {
  const missing = [];
  const version = javaVersion(env);
  if (version === undefined) missing.push(`Java ${oldestJava} or newer`);
  else if (version < oldestJava) missing.push(`Java ${oldestJava} or newer (found ${version})`);
  if (needMaven && spawnSync('mvn', ['-v'], { env, stdio: 'ignore' }).status !== 0) missing.push('Maven');
  return missing;
}

/**
 * The command that installs them on this machine.
 * @param {{ platform?: string, has?: (program: string) => boolean, root?: boolean, offers?: (debianPackage: string) => boolean }} [machine]
 */
export function installCommand({
  platform = process.platform,
  has = onPath,
  root = process.getuid?.() === 0,
  offers = debianOffers,
} = {}) {
  const sudo = root ? '' : 'sudo ';
  if (platform === 'darwin') return 'brew install openjdk@17 maven';
  if (has('apt-get')) {
    // Each Debian release has its own Java; the default one of a release without 17 is newer.
    const java = offers('openjdk-17-jre-headless') ? 'openjdk-17-jre-headless' : 'default-jre-headless';
    return `${sudo}apt-get install -y --no-install-recommends ${java} maven`;
  }
  if (has('dnf')) return `${sudo}dnf install -y java-17-openjdk-headless maven`;
  if (has('apk')) return `${sudo}apk add openjdk17-jre-headless maven`;
  return 'install a Java 17 runtime and Maven with the package manager of this system';
}

/**
 * The whole advice when something is missing and cannot be installed from here.
 * @param {string[]} missing @param {string} command
 */
export function missingToolsMessage(missing, command) {
  return [
    `starting Kafka: ${missing.join(' and ')} not found. Three ways on:`,
    `  1. ${command}`,
    '  2. docker compose up        (brings Kafka, Postgres and every service)',
    '  3. KAFKA_BROKERS=host:9092 DATABASE_URL=postgres://user:password@host/database npm start',
    '                              (uses servers that exist)',
  ].join('\n');
}

/**
 * Makes sure of Java and Maven: on Debian as root by installing them, elsewhere by failing with the advice.
 * @param {{ needMaven: boolean, say: (sentence: string) => void, guard: import('../processes/guard.mjs').Guard }} options
 */
export async function ensureTools({ needMaven, say, guard }) {
  const missing = missingTools({ needMaven });
  if (!missing.length) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !onPath('apt-get')) {
    throw new MissingToolError(missingToolsMessage(missing, installCommand()));
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // A package that is being unpacked is finished first.
  const options = { env, guard, graceMs: 60_000 };
  await run('apt-get', ['update', '-q'], { doing: 'reading the package lists', ...options });
  const command = installCommand();
  say(`${missing.join(' and ')} not found; installing with: ${command}`);
  const [program = '', ...args] = command.split(' ');
  await run(program, args, { doing: 'installing Java and Maven', ...options });
  const still = missingTools({ needMaven });
  if (still.length) throw new MissingToolError(missingToolsMessage(still, command));
}

/** @param {string} debianPackage */
function debianOffers(debianPackage) {
  return spawnSync('apt-cache', ['show', debianPackage], { stdio: 'ignore' }).status === 0;
}

/** @param {string} program */
function onPath(program) {
  return (process.env['PATH'] ?? '').split(':').some((folder) => folder && existsSync(join(folder, program)));
}
