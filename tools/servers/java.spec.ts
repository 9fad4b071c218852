import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installCommand, javaCommand, javaVersion, missingTools, missingToolsMessage } from './java.mjs';

describe('Java and Maven', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'java-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A machine on which `java -version` says this. */
  const machine = (version?: string) => {
    if (version) {
      writeFileSync(join(folder, 'java'), `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`);
      chmodSync(join(folder, 'java'), 0o755);
    }
    return { PATH: folder };
  };

  test.each([
    ['17.0.15', 17],
    ['21', 21],
    ['1.8.0_392', 8],
  ])('version %s is %i', (text, major) => expect(javaVersion(machine(text))).toBe(major));

  test('on macOS the Java of Homebrew, which is not on PATH; JAVA_HOME goes before it', () => {
    const keg = join(folder, 'opt', 'openjdk@21', 'bin');
    const home = join(folder, 'jdk', 'bin');
    for (const bin of [keg, home]) {
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'java'), '');
    }
    const env = { HOMEBREW_PREFIX: folder };
    expect(javaCommand(env, 'darwin')).toBe(join(keg, 'java'));
    expect(javaCommand({ ...env, JAVA_HOME: join(folder, 'jdk') }, 'darwin')).toBe(join(home, 'java'));
    expect(javaCommand({ HOMEBREW_PREFIX: join(folder, 'none') }, 'darwin')).toBe('java');
    expect(javaCommand(env, 'linux')).toBe('java');
  });

  test('both are missed where neither is', () =>
    expect(missingTools({ needMaven: true }, machine())).toEqual(['Java 17 or newer', 'Maven']));

  test('an old Java is missed with its version', () =>
    expect(missingTools({ needMaven: false }, machine('11.0.2'))).toEqual(['Java 17 or newer (found 11)']));

  test.each([
    [{ platform: 'darwin' }, 'brew install openjdk@17 maven'],
    [
      { has: (name: string) => name === 'apt-get', root: true, offers: () => true },
      'apt-get install -y --no-install-recommends openjdk-17-jre-headless maven',
    ],
    [
      { has: (name: string) => name === 'apt-get', root: false, offers: () => false },
      'sudo apt-get install -y --no-install-recommends default-jre-headless maven',
    ],
    [
      { has: (name: string) => name === 'dnf', root: false },
      'sudo dnf install -y java-17-openjdk-headless maven',
    ],
  ])('the command for %j', (system, command) =>
    expect(installCommand({ platform: 'linux', ...system })).toBe(command),
  );

  test('the advice has the command and the two other ways', () => {
    const advice = missingToolsMessage(['Maven'], 'brew install maven');
    expect(advice).toContain('Maven not found');
    expect(advice).toContain('1. brew install maven');
    expect(advice).toContain('2. docker compose up');
    expect(advice).toContain('KAFKA_BROKERS');
    expect(advice).toContain('DATABASE_URL');
  });
});
