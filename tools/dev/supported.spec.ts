import { assertSupported, UnsupportedSystemError } from './supported.mjs';

test.each(['linux', 'darwin'])('%s is supported', (platform) => {
  expect(() => assertSupported(platform)).not.toThrow();
});

test('Windows is refused, and told of WSL', () => {
  expect(() => assertSupported('win32')).toThrow(UnsupportedSystemError);
  expect(() => assertSupported('win32')).toThrow(/win32 is not supported.*WSL 2/);
});

test('another one is told of Docker', () =>
  expect(() => assertSupported('aix')).toThrow('docker compose up'));
