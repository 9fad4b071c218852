// Refuses operating systems and Node releases that are not supported, before anything is installed.

/** This system cannot run it; the message says what to do. */
export class UnsupportedSystemError extends Error {
  code = 'UNSUPPORTED_SYSTEM';
}

/** Processes are ended by signals to process groups, and Postgres's programs come for Linux and macOS. */
const supported = ['linux', 'darwin'];

/** Throws UnsupportedSystemError. @param {string} platform as in `process.platform` */
export function assertSupported(platform = process.platform) {
  if (supported.includes(platform)) return;
  const way =
    platform === 'win32'
      ? 'on Windows use WSL 2 (wsl --install, then clone and run it inside of it), or docker compose up'
      : 'use docker compose up';
  throw new UnsupportedSystemError(`starting: ${platform} is not supported, Linux and macOS are; ${way}`);
}
