export { startServers as default } from './servers.mjs';
