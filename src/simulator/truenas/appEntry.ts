import type { AppState, GivenApp } from './options.ts';

export interface App {
  given: GivenApp;
  state: AppState;
  version: string;
  appVersion: string;
  hasUpgrade: boolean;
  /** Entries of 24.10 and before do not name the latest version by themselves. */
  namesLatest: boolean;
  readonly log: { readonly data: string; readonly timestamp: string }[];
}

const defaultPort = 25_565;

/** An app as clients see it, in the form of SCALE 24.10 or of what came after it. */
export function appEntry(app: App, modern: boolean, extraKeys: object): object {
  const { given, state, version, appVersion, hasUpgrade, namesLatest } = app;
  const { name, latestVersion = version, catalogName = name, custom = false } = given;
  const human_version = appVersion === '' ? version : `${appVersion}_${version}`;
  const head = {
    name,
    id: name,
    state,
    upgrade_available: hasUpgrade,
    ...(modern || namesLatest ? { latest_version: latestVersion } : {}),
    ...(modern ? { image_updates_available: given.imageUpdates ?? false } : {}),
  };
  const metadata = {
    name: catalogName,
    train: 'community',
    ...(modern ? { app_version: appVersion } : {}),
    title: given.title ?? catalogName.charAt(0).toUpperCase() + catalogName.slice(1),
  };
  const origin = { custom_app: custom, migrated: false };
  const versions = { human_version, version };
  const tail = { notes: null, portals: {} };
  const active_workloads = workloads(app, modern);
  // The order of the keys differs too.
  return modern
    ? { ...head, ...origin, ...versions, metadata, active_workloads, ...tail, ...extraKeys }
    : { ...head, ...versions, ...origin, metadata, ...tail, active_workloads, ...extraKeys };
}

function workloads(app: App, modern: boolean): object {
  const { given, state } = app;
  const { name, port = defaultPort, image = `${given.catalogName ?? name}:latest` } = given;
  const up = isUp(app);
  const ports = [
    {
      container_port: port,
      protocol: 'tcp',
      host_ports: [{ host_port: port, host_ip: '0.0.0.0' }],
    },
  ];
  const details = [
    {
      id: containerId(app),
      service_name: name,
      image,
      port_config: [],
      state: state === 'DEPLOYING' ? 'starting' : 'running',
      volume_mounts: [],
    },
  ];
  return {
    containers: up ? 1 : 0,
    used_ports: up ? ports : [],
    ...(modern ? { used_host_ips: [] } : {}),
    container_details: up ? details : [],
    volumes: [],
    images: up ? [image] : [],
    ...(modern ? { networks: [] } : {}),
  };
}

export function isUp({ state }: App): boolean {
  return state === 'RUNNING' || state === 'DEPLOYING';
}

export function containerId({ given }: App): string {
  return `c0ffee${given.port ?? defaultPort}`;
}
