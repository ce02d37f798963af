import type { SystemLoaders } from './registry.ts';

/** Every system of the product: one line each, loaded when it is needed. Everything else about a system is in its folder. */
export const systems: SystemLoaders = {
  kgsm: async () => (await import('./kgsm/index.ts')).kgsm,
  bedrock: async () => (await import('./bedrock/index.ts')).bedrock,
  truenas: async () => (await import('./truenas/index.ts')).trueNas,
  notifier: async () => (await import('./notifier/index.ts')).notifier,
};
