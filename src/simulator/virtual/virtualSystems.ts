import { openVirtualKgsm } from './kgsm.ts';
import { openVirtualNotifier } from './notifier.ts';
import { openVirtualTrueNas } from './truenas.ts';
import type { OpenVirtualSystem } from './virtualSystem.ts';

/** Systems that can be virtual, by the `kind` of their connections. */
export const virtualSystems: Readonly<Record<string, OpenVirtualSystem>> = {
  kgsm: openVirtualKgsm,
  truenas: openVirtualTrueNas,
  notifier: openVirtualNotifier,
};
