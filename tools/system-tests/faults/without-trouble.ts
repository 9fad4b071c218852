// A world in which faults have no effect: orders to end, stop, slow or refuse anything are ignored. A scenario that
// passes in it would also pass if its faults never happened, and would prove nothing.
import type { Server } from '../rig/restartable-server.ts';
import type { ServiceProcess } from '../../processes/service-process.ts';
import type { TcpProxy } from '../rig/tcp-proxy.ts';
import type { World } from './scenario.ts';
import type { Servers } from './servers.ts';

/** The same servers, which no order of the scenario reaches. */
export function unharmed(servers: Servers): Servers {
  return {
    ...servers,
    kafka: { ...servers.kafka, nodes: servers.kafka.nodes.map(untouched) },
    postgres: Object.create(untouched(servers.postgres), {
      readOnly: { value: nothing },
      cancelStatements: { value: async () => 0 },
    }) as Servers['postgres'],
    links: new Map([...servers.links].map(([link, proxies]) => [link, proxies.map(passing)])),
  };
}

/** The same system, which no order of the scenario reaches. */
export function withoutTrouble(world: World): World {
  const { system, servers, receiver } = world;
  return {
    ...world,
    system: {
      ...system,
      kill: nothing,
      terminate: async () => 0,
      start: nothing,
      pause: () => undefined,
      resume: () => undefined,
      addReplica: async (name) => absent(system.urlOf(name)),
    },
    servers: unharmed(servers),
    // Spread would ask its getters once, for ever.
    receiver: Object.create(receiver, { behave: { value: () => undefined } }) as World['receiver'],
    killAndRestart: nothing,
    // It is expected, and never comes.
    plant: (key, stages) => world.plant(key, stages, nothing),
    bringIn: nothing,
  };
}

const nothing = async (): Promise<void> => undefined;

function untouched<Kind extends Server>(server: Kind): Kind {
  return Object.create(server, {
    stop: { value: nothing },
    kill: { value: nothing },
    start: { value: nothing },
  }) as Kind;
}

function passing(proxy: TcpProxy): TcpProxy {
  return Object.create(proxy, { become: { value: () => undefined } }) as TcpProxy;
}

function absent(url: string): ServiceProcess {
  return { url, pid: 0, running: false, signal: () => undefined, end: async () => 0 };
}
